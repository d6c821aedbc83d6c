import { z } from 'zod';
import { instantSchema } from './common.ts';

/**
 * A picture with a person in it is shown to admins alone: an answer `person` hides it at once, taking the answer back shows it again
 * unless somebody else said so. Its links answer IMAGE_NOT_FOUND to everyone else, old links too.
 * PUT …/images/{image}/visibility (admin): hides or shows by hand. GET (admin): the acts, newest first.
 */
export const visibilityBodySchema = z.strictObject({ hidden: z.boolean(), reason: z.string().min(1).max(500) });
export const visibilityReplySchema = z.strictObject({ hidden: z.boolean(), acts: z.array(z.strictObject({ hidden: z.boolean(), reason: z.string(), by: z.string(), at: instantSchema })) });
