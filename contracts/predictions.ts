import { z } from 'zod';
import { flagReasons } from '../domain/flag.ts';
import { clientKeySchema, idSchema, instantSchema, pageQuerySchema, sha256Schema, shareSchema, slugSchema } from './common.ts';

/**
 * What may be said about an image that is sent. One image: the raw bytes are the body and these are query parameters (the
 * idempotency key is the header). Many: multipart/form-data, one part `images` a file and one part `about` (JSON, a list in the
 * same order).
 */
export const aboutImageSchema = z.strictObject({
  camera: z.string().min(1).max(120).optional(),
  capturedAt: instantSchema.optional(),
  burst: z.string().min(1).max(200).optional(),
  fileName: z.string().min(1).max(500).optional(),
});
export type AboutImage = z.infer<typeof aboutImageSchema>;

/** For a prediction made elsewhere: its raw scores enter by the same route, never a gate. */
export const elsewhereSchema = z.strictObject({
  producer: z.string().min(1).max(120),
  version: z.string().min(1).max(120),
  scores: z.record(z.string().min(1).max(120), z.number().finite()),
});

export type Elsewhere = z.infer<typeof elsewhereSchema>;

export const aboutManySchema = z.array(aboutImageSchema.extend({ key: clientKeySchema.optional(), elsewhere: elsewhereSchema.optional() })).max(256);

export const flagSchema = z.strictObject({
  reason: z.enum(flagReasons),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
});

export const predictionSchema = z.strictObject({
  id: idSchema,
  imageId: idSchema,
  arrivalId: idSchema,
  sha256: sha256Schema,
  modelVersion: z.strictObject({ id: idSchema, number: z.number().int(), kind: z.string() }),
  /** By descending probability; they sum to 1. */
  classes: z.array(z.strictObject({ classId: z.number().int(), name: z.string(), probability: shareSchema })),
  top: z.strictObject({ classId: z.number().int(), name: z.string() }),
  confidence: shareSchema,
  margin: shareSchema,
  novelty: z.number().nullable(),
  /** Audit flags are not told to the caller: who posts must not know what is measured. */
  flags: z.array(flagSchema),
  camera: z.string().nullable(),
  capturedAt: instantSchema.nullable(),
  createdAt: instantSchema,
});
export type PredictionReply = z.infer<typeof predictionSchema>;

/** One entry for each image sent, in the order sent; a refused image does not stop the others. */
export const predictManyReplySchema = z.strictObject({
  results: z.array(z.union([
    z.strictObject({ outcome: z.literal('predicted'), prediction: predictionSchema }),
    z.strictObject({ outcome: z.literal('refused'), code: z.string(), detail: z.string(), fileName: z.string().nullable() }),
  ])),
});
export type PredictManyReply = z.infer<typeof predictManyReplySchema>;

/** Asking without recording anything: POST /v1/projects/{project}/try, the bytes as body. */
export const tryQuerySchema = z.strictObject({
  modelVersion: z.coerce.number().int().min(1).optional(),
  embedding: z.enum(['yes', 'no']).default('no'),
});
export const tryReplySchema = z.strictObject({
  modelVersion: z.strictObject({ id: idSchema, number: z.number().int(), kind: z.string() }),
  classes: predictionSchema.shape.classes,
  top: predictionSchema.shape.top,
  confidence: shareSchema,
  margin: shareSchema,
  novelty: z.number().nullable(),
  embedding: z.array(z.number()).optional(),
});
export type TryReply = z.infer<typeof tryReplySchema>;

export const reportBodySchema = z.strictObject({
  /** What it should have been, where the reporter knows. */
  classId: z.number().int().min(0).optional(),
  comment: z.string().max(2000).optional(),
});

export const reportReplySchema = z.strictObject({ outcome: z.enum(['done', 'skipped']), why: z.string(), reviewItemId: idSchema.nullable() });

/** GET …/predictions: newest first. `audit` cannot be asked for: it would tell what is measured. */
export const predictionFilters = flagReasons.filter((reason) => reason !== 'audit');
export const predictionsQuerySchema = pageQuerySchema.extend({
  after: idSchema.optional(),
  flag: z.enum(predictionFilters).optional(),
  camera: z.string().min(1).max(120).optional(),
  classId: z.coerce.number().int().min(0).optional(),
});

/** GET /v1/serving: what a serving process runs now. */
export const servingStateSchema = z.strictObject({
  processId: idSchema,
  projects: z.array(z.strictObject({ project: slugSchema, modelVersionId: idSchema, modelVersionNumber: z.number().int() })),
});
