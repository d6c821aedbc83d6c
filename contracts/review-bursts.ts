import { z } from 'zod';
import { classSchema, clientKeySchema, fenceSchema, idSchema, instantSchema } from './common.ts';
import { annotationKinds, claimReplySchema, reviewItemSchema } from './reviews.ts';

/** One frame of a burst. The item's own image is among them (`leads`). `answerable: false`: it is shown for what is around it and gets no answer here. */
export const burstFrameSchema = z.strictObject({
  imageId: idSchema,
  images: z.strictObject({ thumbnail: z.string(), fitted: z.string() }),
  width: z.number().int(),
  height: z.number().int(),
  capturedAt: instantSchema.nullable(),
  leads: z.boolean(),
  answerable: z.boolean(),
  /** What the model says of this frame; null on blind items. */
  top: z.strictObject({ classId: z.number().int(), name: z.string(), confidence: z.number().min(0).max(1) }).nullable(),
});
export type BurstFrameReply = z.infer<typeof burstFrameSchema>;

/** At most this many frames are shown and answered in one decision. */
export const burstFramesMax = 200;

/** GET …/review/items/{item}/frames (annotator who holds the item; adjudicators any): its burst in order of time. */
export const burstFramesSchema = z.strictObject({ item: idSchema, frames: z.array(burstFrameSchema).max(burstFramesMax), more: z.boolean() });

/** POST …/review/bursts/claims: like …/review/claims, each item with its frames; one of a burst is held, and the burst with it. */
export const claimBurstsBodySchema = z.strictObject({ count: z.number().int().min(1).max(20).default(5), holding: z.array(idSchema).max(100).default([]) });
export const claimBurstsReplySchema = z.strictObject({
  bursts: z.array(z.strictObject({ item: reviewItemSchema, frames: z.array(burstFrameSchema), more: z.boolean() })),
  classes: z.array(classSchema),
  progress: claimReplySchema.shape.progress,
});

const answerFields = { kind: z.enum(annotationKinds), classId: z.number().int().min(0).optional() };
const classHasId = (b: { kind: string; classId?: number | undefined }): boolean => (b.kind === 'class') === (b.classId !== undefined);
const classNeedsId = { path: ['classId'], message: 'a class needs its id, other kinds have none' };

/**
 * POST …/review/items/{item}/burst-annotations: one decision for a burst, with exceptions by frame. The decision goes to every
 * answerable frame in `seen` that is no exception; the record says that it was spread. Frames that are not in `seen` get no
 * answer; like all that stands behind an item they get its class once it is settled, marked as spread.
 * An exception for a frame that was not seen is refused: REVIEW_IMAGE_NOT_SEEN.
 */
export const burstAnnotateBodySchema = z.strictObject({
  key: clientKeySchema,
  fence: fenceSchema,
  ...answerFields,
  proposedName: z.string().min(1).max(120).optional(),
  comment: z.string().max(2000).optional(),
  leadTimeMs: z.number().int().min(0).max(86_400_000).optional(),
  /** Images that were loaded and on screen; the item's own must be among them. */
  seen: z.array(idSchema).min(1).max(burstFramesMax),
  exceptions: z.array(z.strictObject({ imageId: idSchema, ...answerFields }).refine(classHasId, classNeedsId)).max(burstFramesMax).default([]),
}).refine(classHasId, classNeedsId);
export const burstAnnotateReplySchema = z.strictObject({
  /** Of the item's own image; withdraw it to undo the whole decision. */
  annotationId: idSchema,
  itemState: z.enum(['open', 'settled', 'unresolved']),
  answered: z.number().int(),
  spread: z.number().int(),
});
