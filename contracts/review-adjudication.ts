import { z } from 'zod';
import { clientKeySchema, idSchema, instantSchema, pageQuerySchema, shareSchema } from './common.ts';
import { annotationKinds, reviewItemSchema } from './reviews.ts';

/** Why an item needs an adjudicator. `half_answered`: its round closed before enough had answered; `label_dispute`: a new model disputes the label. */
export const unresolvedReasons = ['disagreement', 'not_in_list', 'nobody_else', 'half_answered', 'label_dispute'] as const;
export const unresolvedReasonSchema = z.enum(unresolvedReasons);

const imagesSchema = z.strictObject({ thumbnail: z.string(), fitted: z.string() });

/** GET …/adjudication/items?limit=&after= (adjudicator): what is unresolved, dearest first. `after` is the `next` of the page before. */
export const adjudicationQuerySchema = pageQuerySchema.extend({ why: unresolvedReasonSchema.optional() });
export const adjudicationEntrySchema = z.strictObject({
  id: idSchema,
  imageId: idSchema,
  roundNumber: z.number().int().nullable(),
  images: imagesSchema,
  why: unresolvedReasonSchema,
  /** What a wrong label would cost under the policy's costs, from the answers given; 1 is one ordinary mistake. The queue is in this order. */
  expectedCost: z.number().min(0),
  answers: z.number().int(),
  /** The different answers, most given first. */
  split: z.array(z.strictObject({ kind: z.enum(annotationKinds), classId: z.number().int().nullable(), name: z.string().nullable(), count: z.number().int() })),
  camera: z.string().nullable(),
  capturedAt: instantSchema.nullable(),
  createdAt: instantSchema,
});
export const adjudicationPageSchema = z.strictObject({ items: z.array(adjudicationEntrySchema), next: z.string().nullable(), total: z.number().int() });

/** One answer of one person, as it stands beside the others. */
export const standingAnswerSchema = z.strictObject({
  annotationId: idSchema,
  person: z.strictObject({ id: z.string(), name: z.string() }),
  kind: z.enum(annotationKinds),
  classId: z.number().int().nullable(),
  className: z.string().nullable(),
  /** With "not in the list": the class that the person proposes. */
  proposedName: z.string().nullable(),
  comment: z.string().nullable(),
  leadTimeMs: z.number().int().nullable(),
  /** Spread over the frames of a burst rather than given to this image. */
  propagated: z.boolean(),
  withdrawn: z.boolean(),
  createdAt: instantSchema,
});

export const adjudicationRecordSchema = z.strictObject({
  id: idSchema,
  person: z.strictObject({ id: z.string(), name: z.string() }),
  kind: z.enum(['class', 'unusable']),
  classId: z.number().int().nullable(),
  className: z.string().nullable(),
  comment: z.string().nullable(),
  withdrawn: z.boolean(),
  createdAt: instantSchema,
});

/** GET …/adjudication/items/{item} (adjudicator): all answers side by side. On blind items `prediction` is null here, too, until the item is settled. */
export const adjudicationDetailSchema = adjudicationEntrySchema.extend({
  width: z.number().int(),
  height: z.number().int(),
  state: z.enum(['unresolved', 'settled', 'open', 'waiting', 'passed_over']),
  blind: z.boolean(),
  given: z.array(standingAnswerSchema),
  prediction: reviewItemSchema.shape.prediction,
  /** The label that holds now, where there is one. */
  label: z.strictObject({ kind: z.string(), classId: z.number().int().nullable(), className: z.string().nullable(), source: z.string(), createdAt: instantSchema }).nullable(),
  /** Present where a model disputes the label. */
  dispute: z.strictObject({ modelVersionNumber: z.number().int(), classId: z.number().int(), className: z.string(), probability: shareSchema, labelProbability: shareSchema }).nullable(),
  /** Frames that the verdict goes to as well. */
  behind: z.array(z.strictObject({ imageId: idSchema, images: imagesSchema })),
  adjudications: z.array(adjudicationRecordSchema),
});
export type AdjudicationDetail = z.infer<typeof adjudicationDetailSchema>;

/** POST …/adjudication/items/{item}/verdict (adjudicator): settles it. The same key again gives the same reply. */
export const verdictBodySchema = z.strictObject({
  key: clientKeySchema,
  kind: z.enum(['class', 'unusable']),
  classId: z.number().int().min(0).optional(),
  comment: z.string().max(2000).optional(),
}).refine((b) => (b.kind === 'class') === (b.classId !== undefined), { path: ['classId'], message: 'a class needs its id, unusable has none' });
export const verdictReplySchema = z.strictObject({ adjudicationId: idSchema, labelId: idSchema, itemState: z.literal('settled') });

/** POST …/adjudication/verdicts/{adjudication}/withdrawal (adjudicator, one's own; engineers any): a new record takes it back; the item is unresolved again. */
export const verdictWithdrawalBodySchema = z.strictObject({ key: clientKeySchema });
export const verdictWithdrawalReplySchema = z.strictObject({ item: idSchema, itemState: z.literal('unresolved') });

/** POST …/label-hunts (engineer), also after each retrain by itself: the labels that a model version most strongly disputes go to adjudication. */
export const labelHuntBodySchema = z.strictObject({ key: clientKeySchema, modelVersion: z.number().int().min(1).optional(), itemsMax: z.number().int().min(1).max(500).default(50) });
export const labelHuntReplySchema = z.strictObject({ outcome: z.enum(['done', 'skipped']), why: z.string(), looked: z.number().int(), disputed: z.number().int(), items: z.number().int() });
