import { z } from 'zod';
import { idSchema, instantSchema } from './common.ts';

export const picturesMax = 60;
/** GET …/pictures?ids=A,B: links to see these images by. */
export const picturesQuerySchema = z.strictObject({ ids: z.string().max(picturesMax * 37).transform((text) => text.split(',')).pipe(z.array(idSchema).min(1).max(picturesMax)) });
export const pictureSchema = z.strictObject({
  imageId: idSchema, images: z.strictObject({ thumbnail: z.string(), fitted: z.string() }), camera: z.string().nullable(), capturedAt: instantSchema.nullable(), fileName: z.string().nullable(),
});
/** Pictures that show a person, and images of other projects, are absent. */
export const picturesSchema = z.strictObject({ items: z.array(pictureSchema) });
export type PictureReply = z.infer<typeof pictureSchema>;
