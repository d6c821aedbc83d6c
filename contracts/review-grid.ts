import { z } from 'zod';
import { classSchema, clientKeySchema, fenceSchema, idSchema } from './common.ts';
import { annotationKinds, claimReplySchema, reviewItemSchema } from './reviews.ts';

/** GET …/review/grid/classes: what the model puts where among the items this person could take. Blind items are never among them. */
export const gridClassesSchema = z.strictObject({ items: z.array(z.strictObject({ classId: z.number().int(), name: z.string(), count: z.number().int() })) });

/** POST …/review/grid/claims: up to `count` items of one predicted class, surest first, with a hold on each; never a blind one. */
export const gridClaimBodySchema = z.strictObject({ classId: z.number().int().min(0), count: z.number().int().min(1).max(100).default(24), holding: z.array(idSchema).max(200).default([]) });
export const gridClaimReplySchema = z.strictObject({ classId: z.number().int(), name: z.string(), items: z.array(reviewItemSchema), classes: z.array(classSchema), progress: claimReplySchema.shape.progress });

/**
 * POST …/review/grid/decisions: the exceptions, and `accept` for the rest, which get the class `classId`. `seen` lists the images that
 * were loaded and on screen: an item whose image is not in it refuses the whole request (REVIEW_IMAGE_NOT_SEEN, with
 * `details.items`), and nothing is written; a blind item among the accepted does the same (REVIEW_ITEM_BLIND). A hold that ran out refuses its own item alone. The same key again has one effect.
 */
export const gridDecisionBodySchema = z.strictObject({
  key: clientKeySchema.max(120),
  classId: z.number().int().min(0),
  seen: z.array(idSchema).max(200),
  accept: z.array(z.strictObject({ item: idSchema, fence: fenceSchema })).max(100),
  exceptions: z.array(z.strictObject({ item: idSchema, fence: fenceSchema, kind: z.enum(annotationKinds), classId: z.number().int().min(0).optional() })
    .refine((b) => (b.kind === 'class') === (b.classId !== undefined), { path: ['classId'], message: 'a class needs its id, other kinds have none' })).max(100).default([]),
  /** Time over the whole page; each answer is booked its share. */
  leadTimeMs: z.number().int().min(0).max(86_400_000).optional(),
});
export const gridDecisionReplySchema = z.strictObject({
  results: z.array(z.union([
    z.strictObject({ item: idSchema, outcome: z.literal('done'), annotationId: idSchema, itemState: z.enum(['open', 'settled', 'unresolved']) }),
    z.strictObject({ item: idSchema, outcome: z.literal('refused'), code: z.string() }),
  ])),
});
export type GridDecisionReply = z.infer<typeof gridDecisionReplySchema>;
