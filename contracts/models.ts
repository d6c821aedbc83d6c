import { z } from 'zod';
import { idSchema, instantSchema, sha256Schema } from './common.ts';

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
});
export type PromotionReply = z.infer<typeof promotionSchema>;

/** POST …/retrains */
export const retrainBodySchema = z.strictObject({ kind: z.enum(['light', 'cold_start']).default('light'), reason: z.string().min(1).max(200).default('by hand') });
/** GET …/retrains/{id}, and the answer to POST: where the run stands. */
export const retrainStateSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['running', 'done', 'skipped', 'failed']),
  step: z.string(),
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
});
export const editScheduleSchema = z.strictObject({ cron: z.string().min(5).max(100).optional(), paused: z.boolean().optional(), timeZone: z.string().min(1).max(64).optional() });

/** Query of POST …/models (the ONNX bytes are the body): what a file cannot say about itself. */
export const importModelSchema = z.strictObject({
  classes: z.string().min(1).max(100_000), // names, one a line
  colourOrder: z.enum(['rgb', 'bgr']).default('rgb'),
  range: z.enum(['0-1', '0-255']).default('0-1'),
  mean: z.string().default('0,0,0'),
  std: z.string().default('1,1,1'),
  resizeMode: z.enum(['stretch', 'crop', 'letterbox']).default('crop'),
});
