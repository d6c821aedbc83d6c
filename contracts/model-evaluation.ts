import { z } from 'zod';
import { idSchema, instantSchema, shareSchema } from './common.ts';
import { gateReportSchema, modelVersionSchema, promotionSchema } from './models.ts';

export const holdoutSchema = z.enum(['audit', 'reference']);
export type HoldoutName = z.infer<typeof holdoutSchema>;

/** How many of how many; the 95 % interval rests on what images of bursts are worth. */
export const sharedOutSchema = z.strictObject({ right: z.number().int(), of: z.number().int(), lower: shareSchema, upper: shareSchema });
export type SharedOutReply = z.infer<typeof sharedOutSchema>;

/** GET …/model-versions/{number}: one version, what made it and what was decided about it. */
export const modelVersionDetailSchema = z.strictObject({
  version: modelVersionSchema,
  artifactBytes: z.number().int().nullable(),
  dimensions: z.number().int().nullable(),
  backboneDigest: z.string().nullable(),
  /** Whether it has a head of its own: without one it cannot be evaluated or replayed here. */
  hasHead: z.boolean(),
  run: z.strictObject({
    kind: z.string(), state: z.string(), reason: z.string(), startedAt: instantSchema, endedAt: instantSchema.nullable(), failure: z.string().nullable(),
    parameters: z.record(z.string(), z.unknown()), metrics: z.record(z.string(), z.number()).nullable(),
    /** The run's page in MLflow, where the operator named an address for people. */
    mlflowUrl: z.string().nullable(),
  }).nullable(),
  /** As challenger, newest first. */
  reports: z.array(gateReportSchema),
  /** Into and out of championship, newest first. */
  promotions: z.array(promotionSchema),
});
export type ModelVersionDetail = z.infer<typeof modelVersionDetailSchema>;

export const evaluationQuerySchema = z.strictObject({ holdout: holdoutSchema.default('audit') });
const classFigures = { classId: z.number().int(), name: z.string() };

/** GET …/model-versions/{number}/evaluation?holdout=audit: how a version does on a holdout, by the newest dataset version's labels. */
export const evaluationSchema = z.strictObject({
  version: z.number().int(),
  holdout: holdoutSchema,
  datasetVersion: z.number().int().nullable(),
  images: z.number().int(),
  /** Left out: they have no embedding of the version's backbone. */
  notEmbedded: z.number().int(),
  accuracy: sharedOutSchema.nullable(),
  macroF1: shareSchema.nullable(),
  meanCost: z.number().nullable(),
  calibrationError: shareSchema.nullable(),
  bins: z.array(z.strictObject({ from: shareSchema, to: shareSchema, count: z.number().int(), confidence: shareSchema, accuracy: shareSchema })),
  classes: z.array(z.strictObject({ ...classFigures, recall: sharedOutSchema.nullable(), precision: sharedOutSchema.nullable() })),
  cameras: z.array(z.strictObject({ camera: z.string().nullable(), accuracy: sharedOutSchema })),
  matrix: z.array(z.strictObject({ truth: z.number().int(), answer: z.number().int(), images: z.number().int() })),
});
export type EvaluationReply = z.infer<typeof evaluationSchema>;

const pageOfPictures = { offset: z.coerce.number().int().min(0).max(100_000).default(0), limit: z.coerce.number().int().min(1).max(100).default(24) };
const classIdQuery = z.coerce.number().int().min(0).optional();
/** GET …/model-versions/{number}/evaluation/pictures: the pictures behind a cell, the surest answers first. */
export const evaluationPicturesQuerySchema = z.strictObject({ holdout: holdoutSchema.default('audit'), truth: classIdQuery, answer: classIdQuery, camera: z.string().max(200).optional(), ...pageOfPictures });

/** A picture with what was said of it. */
export const judgedPictureSchema = z.strictObject({
  imageId: idSchema,
  images: z.strictObject({ thumbnail: z.string(), fitted: z.string() }),
  camera: z.string().nullable(), capturedAt: instantSchema.nullable(), fileName: z.string().nullable(),
  truth: z.string(), answer: z.string(), confidence: shareSchema,
  /** The older version's answer, in a comparison. */
  before: z.strictObject({ answer: z.string(), confidence: shareSchema }).nullable(),
});
export type JudgedPicture = z.infer<typeof judgedPictureSchema>;
/** `hidden` pictures show a person, and are left out. */
export const judgedPicturesSchema = z.strictObject({ total: z.number().int(), hidden: z.number().int(), items: z.array(judgedPictureSchema) });
export type JudgedPictures = z.infer<typeof judgedPicturesSchema>;

export const flipSchema = z.enum(['lost', 'gained', 'both_wrong', 'both_right']);
export type FlipName = z.infer<typeof flipSchema>;
const numberQuery = z.coerce.number().int().min(1);
export const comparisonQuerySchema = z.strictObject({ against: numberQuery, holdout: holdoutSchema.default('audit') });
const pairedSchema = z.strictObject({
  images: z.number().int(), right: z.number().int(), beforeRight: z.number().int(), worth: z.number(), difference: z.number(), lower: z.number(), upper: z.number(), betterP: z.number(),
});
export type PairedReply = z.infer<typeof pairedSchema>;
/** GET …/model-versions/{number}/comparison?against=3: a version against an older one, on images that both can answer. */
export const comparisonSchema = z.strictObject({
  version: z.number().int(), against: z.number().int(), holdout: holdoutSchema, datasetVersion: z.number().int().nullable(),
  /** Images of the holdout that one of the two cannot answer. */
  leftOut: z.number().int(),
  overall: pairedSchema,
  flips: z.strictObject({ lost: z.number().int(), gained: z.number().int(), both_wrong: z.number().int(), both_right: z.number().int() }),
  classes: z.array(pairedSchema.extend(classFigures)),
  cameras: z.array(pairedSchema.extend({ camera: z.string().nullable() })),
});
export type ComparisonReply = z.infer<typeof comparisonSchema>;
/** GET …/model-versions/{number}/comparison/pictures */
export const comparisonPicturesQuerySchema = z.strictObject({ against: numberQuery, holdout: holdoutSchema.default('audit'), flip: flipSchema.default('lost'), truth: classIdQuery, ...pageOfPictures });
