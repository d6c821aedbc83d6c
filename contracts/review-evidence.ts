import { z } from 'zod';
import { idSchema, instantSchema, shareSchema } from './common.ts';
import { flagSchema } from './predictions.ts';
import { reviewItemSchema } from './reviews.ts';

const imagesSchema = z.strictObject({ thumbnail: z.string(), fitted: z.string() });

/** A labelled image near in embedding. `similarity` is the cosine, -1 to 1. */
export const neighbourSchema = z.strictObject({ imageId: idSchema, images: imagesSchema, classId: z.number().int(), className: z.string(), similarity: z.number().min(-1).max(1) });

/**
 * GET …/review/items/{item}/evidence?neighbours=6 (annotator who holds it; adjudicators any): what helps to decide. On blind items
 * `prediction` is null and `neighbours` is empty: both would tell the model's answer. `taken` is there for all.
 */
export const evidenceQuerySchema = z.strictObject({ neighbours: z.coerce.number().int().min(0).max(24).default(6) });
export const evidenceSchema = z.strictObject({
  item: idSchema,
  blind: z.boolean(),
  prediction: reviewItemSchema.shape.prediction.unwrap().extend({
    /** Difference of the two best, 0 to 1. */
    margin: shareSchema,
    /** Distance from what the model was trained on, 0 to 2; null where unknown. */
    novelty: z.number().nullable(),
    /** Each flag with its figures. Words are made from `reason`, `value` and `threshold` by the reader's language. */
    flags: z.array(flagSchema),
  }).nullable(),
  neighbours: z.array(neighbourSchema),
  /** Why there are no neighbours, where there are none. */
  neighboursMissing: z.enum(['blind', 'no_embedding', 'no_labels']).nullable(),
  taken: z.strictObject({
    camera: z.string().nullable(), site: z.string().nullable(), fileName: z.string().nullable(), exifTime: z.string().nullable(), capturedAt: instantSchema.nullable(), receivedAt: instantSchema.nullable(),
    width: z.number().int(), height: z.number().int(), mediaType: z.string(),
    /** Sharpness, contrast and so on, as measured when it arrived. */
    figures: z.record(z.string(), z.number()),
  }),
});
export type EvidenceReply = z.infer<typeof evidenceSchema>;

/** GET …/classes/{classId}/card (annotator): what the class looks like. The same for everybody: it tells nothing of an item. */
export const classCardSchema = z.strictObject({
  classId: z.number().int(),
  name: z.string(),
  description: z.string().nullable(),
  labels: z.number().int(),
  /** Pictures with a label of this class: agreed or adjudicated ones first, from different cameras and bursts. */
  examples: z.array(z.strictObject({ imageId: idSchema, images: imagesSchema, camera: z.string().nullable(), capturedAt: instantSchema.nullable() })).max(12),
  /** Classes that answers to the same image were split between, most often first. */
  confusedWith: z.array(z.strictObject({ classId: z.number().int(), name: z.string(), count: z.number().int() })).max(5),
});

/**
 * GET …/review/items/{item}/activation?classId= (annotator who holds it; adjudicators any): where in the picture the model sees a class,
 * by default the one that it named. `values` are rows × columns, row after row, 0 (nothing) to 1 (most); they cover `region`, in shares
 * of the upright picture, which may reach beyond it. `no_map`: the model's answers do not stand on pooled features.
 */
export const activationQuerySchema = z.strictObject({ classId: z.coerce.number().int().min(0).optional() });
export const activationSchema = z.strictObject({
  item: idSchema,
  map: z.strictObject({
    classId: z.number().int(),
    className: z.string(),
    modelVersionNumber: z.number().int(),
    rows: z.number().int(),
    columns: z.number().int(),
    values: z.array(shareSchema),
    region: z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  }).nullable(),
  missing: z.enum(['blind', 'no_map']).nullable(),
});
export type ActivationReply = z.infer<typeof activationSchema>;
