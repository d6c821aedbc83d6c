import { z } from 'zod';
import { idSchema, instantSchema, sha256Schema } from './common.ts';

export const splits = ['train', 'validation', 'test'] as const;
const countsSchema = z.record(z.string(), z.number().int());

export const datasetVersionSchema = z.strictObject({
  id: idSchema,
  number: z.number().int(),
  parentNumber: z.number().int().nullable(),
  rootDigest: sha256Schema,
  imageCount: z.number().int(),
  splitCounts: countsSchema,
  classCounts: countsSchema,
  reason: z.string(),
  bytesWritten: z.number().int(),
  createdAt: instantSchema,
  createdBy: z.string(),
});
export type DatasetVersionReply = z.infer<typeof datasetVersionSchema>;

/** One row of a manifest: an image, its label and its side. */
export const manifestRowSchema = z.strictObject({
  imageId: idSchema,
  sha256: sha256Schema,
  classId: z.number().int(),
  labelId: idSchema,
  split: z.enum(splits),
  group: z.string(),
});
export type ManifestRow = z.infer<typeof manifestRowSchema>;

export const datasetDiffSchema = z.strictObject({
  from: z.number().int().nullable(),
  to: z.number().int(),
  added: z.array(manifestRowSchema),
  removed: z.array(manifestRowSchema),
  changed: z.array(z.strictObject({ before: manifestRowSchema, after: manifestRowSchema })),
});
export const datasetVerifySchema = z.strictObject({ number: z.number().int(), objects: z.number().int(), images: z.number().int(), damaged: z.array(z.string()) });
/** One part of a version: the images whose hash begins like this; left out, all. A caller that goes part by part can show how far it is. */
export const verifyQuerySchema = z.strictObject({ part: z.string().regex(/^[0-9a-f]{0,2}$/).default('') });
/** GET …/datasets/holdouts: what judges, how old it is, and how often the reference was looked at (`worn` after 20 decisions). */
export const holdoutsSchema = z.strictObject({
  audit: z.strictObject({ images: z.number().int(), oldest: instantSchema.nullable(), newest: instantSchema.nullable(), retirable: z.number().int() }),
  reference: z.strictObject({ images: z.number().int(), looks: z.number().int(), worn: z.boolean() }),
});
/** POST …/datasets/holdouts/audit/retire */
export const retiredHoldoutSchema = z.strictObject({ images: z.number().int(), groups: z.number().int() });
export const freezeBodySchema = z.strictObject({ reason: z.string().min(1).max(200).default('by hand') });
export const freezeReplySchema = z.strictObject({ outcome: z.enum(['done', 'skipped']), why: z.string(), version: datasetVersionSchema.nullable() });

/** POST …/labels/import: labels for images that are in the project already, by content hash. */
export const importLabelsBodySchema = z.strictObject({
  labels: z.array(z.strictObject({ sha256: sha256Schema, className: z.string().min(1).max(120), group: z.string().max(200).optional() })).min(1).max(5000),
});
export const importLabelsReplySchema = z.strictObject({ created: z.number().int(), unchanged: z.number().int(), unknownImages: z.array(sha256Schema) });

/** POST …/images: stores an image without predicting (a labelled start); raw body, same query as predictions. */
export const storedImageSchema = z.strictObject({ imageId: idSchema, sha256: sha256Schema, created: z.boolean() });
