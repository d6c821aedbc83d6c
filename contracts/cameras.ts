import { z } from 'zod';
import { idSchema, instantSchema } from './common.ts';
import { sharedOutSchema } from './model-evaluation.ts';

/** GET …/cameras?weeks=12: each camera, and how it went in the weeks before the newest image. */
export const camerasQuerySchema = z.strictObject({ weeks: z.coerce.number().int().min(1).max(104).default(12) });
export const cameraWeekSchema = z.strictObject({
  /** The Monday's date in UTC. */
  week: z.string(),
  images: z.number().int(),
  flagged: z.number().int(),
  /** Medians; null where nothing was measured. */
  sharpness: z.number().nullable(),
  novelty: z.number().nullable(),
});
export const cameraSchema = z.strictObject({
  /** Null gathers images that came without a camera. */
  id: idSchema.nullable(),
  name: z.string().nullable(), site: z.string().nullable(), latitude: z.number().nullable(), longitude: z.number().nullable(),
  images: z.number().int(), flagged: z.number().int(), lastAt: instantSchema.nullable(),
  /** Right answers on settled audit images. */
  audited: sharedOutSchema.nullable(),
  weeks: z.array(cameraWeekSchema),
});
export type CameraReply = z.infer<typeof cameraSchema>;
export const camerasSchema = z.strictObject({ items: z.array(cameraSchema) });
