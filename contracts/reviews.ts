import { z } from 'zod';
import { classSchema, clientKeySchema, fenceSchema, idSchema, instantSchema, shareSchema } from './common.ts';
import { flagSchema } from './predictions.ts';

export const roundSchema = z.strictObject({
  id: idSchema,
  number: z.number().int(),
  state: z.enum(['open', 'closed']),
  reason: z.string(),
  itemCount: z.number().int(),
  settled: z.number().int(),
  openedAt: instantSchema,
  deadlineAt: instantSchema,
  closedAt: instantSchema.nullable(),
  closedBecause: z.string().nullable(),
});
export type RoundReply = z.infer<typeof roundSchema>;

/** What an annotator sees of one item. On blind items the model's answer, its confidence and the flags are absent. */
export const reviewItemSchema = z.strictObject({
  id: idSchema,
  roundId: idSchema.nullable(),
  imageId: idSchema,
  fence: fenceSchema,
  leaseExpiresAt: instantSchema,
  blind: z.boolean(),
  images: z.strictObject({ thumbnail: z.string(), fitted: z.string() }),
  width: z.number().int(),
  height: z.number().int(),
  camera: z.string().nullable(),
  capturedAt: instantSchema.nullable(),
  burstSize: z.number().int(),
  prediction: z.strictObject({
    top: z.array(z.strictObject({ classId: z.number().int(), name: z.string(), probability: shareSchema })).max(5),
    confidence: shareSchema,
    flags: z.array(flagSchema),
    modelVersionNumber: z.number().int(),
  }).nullable(),
});
export type ReviewItemReply = z.infer<typeof reviewItemSchema>;

/** POST …/review/claims: takes up to `count` items with a lease; items that are already mine come first, in the same order. */
export const claimBodySchema = z.strictObject({ count: z.number().int().min(1).max(50).default(10), holding: z.array(idSchema).max(100).default([]) });
export const claimReplySchema = z.strictObject({
  items: z.array(reviewItemSchema),
  classes: z.array(classSchema),
  progress: z.strictObject({
    round: roundSchema.nullable(),
    waiting: z.number().int(),
    open: z.number().int(),
    settled: z.number().int(),
    mine: z.number().int(),
  }),
});
export type ClaimReply = z.infer<typeof claimReplySchema>;

export const annotationKinds = ['class', 'unsure', 'bad_image', 'not_in_list', 'person', 'skip'] as const;
/** POST …/review/items/{item}/annotations */
export const annotateBodySchema = z.strictObject({
  key: clientKeySchema,
  fence: fenceSchema,
  kind: z.enum(annotationKinds),
  classId: z.number().int().min(0).optional(),
  comment: z.string().max(2000).optional(),
  /** With `not_in_list`: the class that should be there. */
  proposedName: z.string().trim().min(1).max(120).optional(),
  leadTimeMs: z.number().int().min(0).max(86_400_000).optional(),
}).refine((b) => (b.kind === 'class') === (b.classId !== undefined), { path: ['classId'], message: 'a class needs its id, other kinds have none' })
  .refine((b) => b.proposedName === undefined || b.kind === 'not_in_list', { path: ['proposedName'], message: 'only what is not in the list has a name of its own' });
export const annotateReplySchema = z.strictObject({ annotationId: idSchema, itemState: z.enum(['open', 'settled', 'unresolved']) });
export type AnnotateReply = z.infer<typeof annotateReplySchema>;

/** POST …/review/annotations/{annotation}/withdrawal: undo of a committed decision; the item opens again, leased to the same person. */
export const withdrawBodySchema = z.strictObject({ key: clientKeySchema });
export const withdrawReplySchema = z.strictObject({ item: reviewItemSchema });

/** POST …/review/leases/renewals */
export const renewBodySchema = z.strictObject({ items: z.array(z.strictObject({ id: idSchema, fence: fenceSchema })).max(100) });
export const renewReplySchema = z.strictObject({ renewed: z.array(idSchema), lost: z.array(idSchema) });

/** POST …/rounds: collect now. */
export const openRoundBodySchema = z.strictObject({ reason: z.string().min(1).max(200).default('by hand'), itemsMax: z.number().int().min(1).max(20000).optional() });
export const openRoundReplySchema = z.strictObject({ outcome: z.enum(['done', 'skipped', 'held']), why: z.string(), round: roundSchema.nullable() });
