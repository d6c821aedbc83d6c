import { z } from 'zod';
import { idSchema, instantSchema, pageOf, pageQuerySchema } from './common.ts';

const imagesSchema = z.strictObject({ thumbnail: z.string(), fitted: z.string() });

/**
 * A picture with a person in it is shown to admins alone: an answer `person` hides it at once, taking the answer back shows it again
 * unless somebody else said so. Its links answer IMAGE_NOT_FOUND to everyone else, old links too; the links here are for admins.
 * PUT …/images/{image}/visibility (admin): hides or shows by hand. GET (admin): the acts, newest first.
 */
export const visibilityBodySchema = z.strictObject({ hidden: z.boolean(), reason: z.string().min(1).max(500) });
export const visibilityReplySchema = z.strictObject({ hidden: z.boolean(), images: imagesSchema, acts: z.array(z.strictObject({ hidden: z.boolean(), reason: z.string(), by: z.string(), at: instantSchema })) });

/** GET …/hidden-images (admin). */
export const hiddenImagesQuerySchema = pageQuerySchema.extend({ after: idSchema.optional() });
export const hiddenImagesSchema = pageOf(z.strictObject({ imageId: idSchema, images: imagesSchema }));
