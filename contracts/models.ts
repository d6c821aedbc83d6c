import { z } from 'zod';
import { idSchema, instantSchema, sha256Schema } from './common.ts';
import { fullOptionsSchema, trainingProgressSchema } from './training.ts';

export const outcomeSchema = z.enum(['done', 'skipped', 'held']);

export const modelVersionSchema = z.strictObject({
  id: idSchema,
  number: z.number().int(),
  kind: z.string(),
  champion: z.boolean(),
  challenger: z.boolean(),
  datasetVersion: z.number().int().nullable(),
  mlflowVersion: z.string().nullable(),
  mlflowRunId: z.string().nullable(),
  artifactSha256: sha256Schema.nullable(),
  metrics: z.record(z.string(), z.number()).nullable(),
  createdAt: instantSchema,
});
export type ModelVersionReply = z.infer<typeof modelVersionSchema>;

export const gateCheckSchema = z.strictObject({
  name: z.string(),
  answer: z.enum(['pass', 'hold', 'cannot_tell']),
  sentence: z.string(),
  images: z.number().int(),
  difference: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  margin: z.number(),
  moreLabels: z.number().int().nullable(),
  imageIds: z.array(z.string()).readonly().optional(),
});
export const gateReportSchema = z.strictObject({
  id: idSchema,
  champion: z.number().int(),
  challenger: z.number().int(),
  verdict: z.enum(['pass', 'hold', 'cannot_tell']),
  sentence: z.string(),
  checks: z.array(gateCheckSchema),
  createdAt: instantSchema,
});
export type GateReportReply = z.infer<typeof gateReportSchema>;

export const promotionSchema = z.strictObject({
  sequence: z.number().int(),
  kind: z.enum(['first', 'promotion', 'rollback']),
  from: z.number().int().nullable(),
  to: z.number().int(),
  onCannotTell: z.boolean(),
  reason: z.string(),
  decidedBy: z.string(),
  createdAt: instantSchema,
  /** Until when it was champion; null for the one that is. */
  until: instantSchema.nullable().optional(),
  /** The gate report it rests on, where one was asked for. */
  gate: z.strictObject({ id: idSchema, verdict: z.enum(['pass', 'hold', 'cannot_tell']), sentence: z.string() }).nullable().optional(),
});
export type PromotionReply = z.infer<typeof promotionSchema>;

/** POST …/retrains */
export const retrainBodySchema = z.strictObject({
  kind: z.enum(['light', 'cold_start', 'full']).default('light'),
  reason: z.string().min(1).max(200).default('by hand'),
  /** For `full` alone. */
  options: fullOptionsSchema.optional(),
});
/** GET …/retrains/{id}, and the answer to POST: where the run stands. */
export const retrainStateSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['running', 'done', 'skipped', 'failed', 'cancelled']),
  step: z.string(),
  /** What the trainer last told of itself. */
  progress: trainingProgressSchema.nullable().optional(),
  why: z.string().nullable(),
  challenger: z.number().int().nullable(),
  gate: gateReportSchema.nullable(),
  promoted: z.boolean(),
});
export type RetrainState = z.infer<typeof retrainStateSchema>;

/** POST …/model-versions/{number}/promotion: a person decides; `expectChampion` guards against a race. */
export const promoteBodySchema = z.strictObject({ reason: z.string().min(1).max(500), expectChampion: z.number().int().nullable().optional() });
export const rollbackBodySchema = z.strictObject({ reason: z.string().min(1).max(500), expectChampion: z.number().int().optional() });

/** Schedules of a project. */
export const scheduleSchema = z.strictObject({
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  paused: z.boolean(),
  nextAt: instantSchema.nullable(),
  lastAt: instantSchema.nullable(),
  note: z.string().nullable(),
  /** What it started, or a person did in its place, and that runs now. */
  running: z.strictObject({ id: z.string(), step: z.string(), progress: trainingProgressSchema.nullable() }).nullable().optional(),
});
export const editScheduleSchema = z.strictObject({ cron: z.string().min(5).max(100).optional(), paused: z.boolean().optional(), timeZone: z.string().min(1).max(64).optional() });

const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);
const className = z.string().min(1).max(120);
const side = z.number().int().min(1).max(4096);

/** The part `about` of POST …/models: what a model file cannot say about itself. Nothing of it is guessed. */
export const importModelSchema = z.strictObject({
  /** In the order of the model’s outputs. */
  classes: z.array(className).min(2).max(1000),
  /** From the model’s class names to the project’s, where they differ. */
  renamed: z.record(className, className).default({}),
  colourOrder: z.enum(['rgb', 'bgr']),
  /** Of the values fed in, before mean and std. */
  range: z.enum(['0-1', '0-255']),
  mean: threeNumbers,
  std: threeNumbers.refine((values) => values.every((each) => each > 0), 'above 0'),
  resizeMode: z.enum(['stretch', 'crop', 'letterbox']),
  kernel: z.enum(['linear', 'cubic', 'lanczos3', 'nearest']).optional(),
  cropShare: z.number().positive().max(1).optional(),
  /** Only where the file leaves them open. */
  layout: z.enum(['nchw', 'nhwc']).optional(),
  inputSize: z.strictObject({ width: side, height: side }).optional(),
  answers: z.enum(['probabilities', 'logits']).optional(),
  output: z.string().min(1).max(500).optional(),
  fileName: z.string().min(1).max(500).optional(),
  /** `if_first`: champion at once where the project has none. */
  promote: z.enum(['if_first', 'no']).default('if_first'),
});

/** POST …/models: a form of two parts. */
export const importModelFormSchema = z.strictObject({ about: importModelSchema, model: z.string().meta({ format: 'binary', description: 'The ONNX file, its weights inside it' }) });

export const importModelReplySchema = z.strictObject({
  version: modelVersionSchema,
  becameChampion: z.boolean(),
  /** `logits`: nothing before the answers can be retrained on, so retraining starts from the default backbone. */
  embedding: z.enum(['features', 'logits']),
  remarks: z.array(z.string()),
  millisecondsPerImage: z.number(),
});
export type ImportModelReply = z.infer<typeof importModelReplySchema>;

const thresholdSchema = z.number().min(0).max(1);
/** POST …/hindsight: what a version, or other thresholds, would have done with images that came already. */
export const hindsightBodySchema = z.strictObject({
  /** The champion when left out: then only the thresholds differ from what happened. */
  version: z.number().int().min(1).optional(),
  /** Instead of those of the project's policy. */
  flagging: z.strictObject({
    confidenceMin: thresholdSchema.optional(), marginMin: thresholdSchema.optional(), noveltyMax: z.number().min(0).max(2).nullable().optional(), sharpnessMin: z.number().min(0).nullable().optional(),
  }).default({}),
  /** The newest so many. */
  imagesMax: z.number().int().min(1).max(200_000).default(100_000),
});
const hindsightAccuracySchema = z.strictObject({ right: z.number().int(), of: z.number().int(), lower: z.number(), upper: z.number() });
const hindsightSideSchema = z.strictObject({
  flagged: z.number().int(), expectedCost: z.number(),
  audited: hindsightAccuracySchema.nullable().meta({ description: 'On the audit sample: an estimate for all images' }),
  settled: hindsightAccuracySchema.nullable().meta({ description: 'On every settled image; most were picked for being hard, and the model may have learnt from them' }),
});
const hindsightCellSchema = z.strictObject({ images: z.number().int(), changed: z.number().int(), was: hindsightSideSchema, wouldBe: hindsightSideSchema });
export type HindsightCellReply = z.infer<typeof hindsightCellSchema>;
export const hindsightReplySchema = z.strictObject({
  version: z.number().int(), notEmbedded: z.number().int(), all: hindsightCellSchema,
  weeks: z.array(hindsightCellSchema.extend({ week: z.string() })), cameras: z.array(hindsightCellSchema.extend({ camera: z.string().nullable() })),
});
