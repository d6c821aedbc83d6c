/** What a full retrain's trainer is given and gives back: docs/trainer-contract.md. Everything heavy goes through the object store, by key. */
import { z } from 'zod';

/** The queue that training workers take jobs from. */
export const trainerTaskQueue = 'perennial-trainer';

/** Input and answer of the activity `trainFull`. */
export interface TrainFullRequest {
  readonly jobKey: string;
}
export interface TrainFullReply {
  readonly resultKey: string;
  readonly winner: string;
  readonly seconds: number;
}
/** What a training worker does; another program may do it instead. */
export interface TrainerActivities {
  trainFull(request: TrainFullRequest): Promise<TrainFullReply>;
}

/** Settings of a full retrain; what is left out is the trainer's own choice. */
export const fullRecipeSchema = z.strictObject({
  seed: z.number().int().min(0).optional(),
  deterministic: z.boolean().optional(),
  imagePassesMax: z.number().int().min(0).max(100_000_000).optional(),
  batchSize: z.number().int().min(1).max(1024).optional(),
  accumulate: z.number().int().min(1).max(256).optional(),
  side: z.number().int().min(0).max(1024).optional(),
  learningRate: z.number().positive().max(1).optional(),
  headRate: z.number().min(0).max(1000).optional(),
  firstLayerRate: z.number().positive().max(1).optional(),
  weightDecay: z.number().min(0).max(1).optional(),
  warmupShare: z.number().min(0).max(0.9).optional(),
  freezeShare: z.number().min(0).max(1).optional(),
  average: z.number().min(0).max(0.99999).optional(),
  labelSmoothing: z.number().min(0).max(0.9).optional(),
  mixup: z.number().min(0).max(10).optional(),
  balance: z.number().min(0).max(1).optional(),
  costWeighted: z.boolean().optional(),
  cropShareMin: z.number().min(0.05).max(1).optional(),
  flip: z.boolean().optional(),
  colour: z.number().min(0).max(1).optional(),
  blurShare: z.number().min(0).max(1).optional(),
  greyShare: z.number().min(0).max(1).optional(),
  patience: z.number().int().min(0).max(10_000).optional(),
  validationShare: z.number().min(0.02).max(0.5).optional(),
  checkpointSeconds: z.number().min(0).max(86_400).optional(),
  loaderThreads: z.number().int().min(1).max(64).optional(),
  threads: z.number().int().min(0).max(256).optional(),
  mixedPrecision: z.boolean().optional(),
});
export type FullRecipe = z.infer<typeof fullRecipeSchema>;

/** What a full retrain tries. One backbone and one depth is a plain run; several are a tournament. */
export const fullOptionsSchema = z.strictObject({
  recipe: fullRecipeSchema.default({}),
  /** `champion`, or a name of the default package's family. */
  backbones: z.array(z.string().min(1).max(100)).min(1).max(8).default(['champion']),
  /** Shares of the network below which nothing learns; each is a candidate. */
  freezeShares: z.array(z.number().min(0).max(1)).min(1).max(8).default([0.2]),
  /** Minutes that a tournament may take; 0 is no limit. */
  minutes: z.number().min(0).max(100_000).default(0),
});
export type FullOptions = z.output<typeof fullOptionsSchema>;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const figuresSchema = z.record(z.string(), z.number());

/** `result.json` of a trainer. */
export const trainingResultSchema = z.looseObject({
  kind: z.literal('training-result'),
  version: z.literal(1),
  /** Key and hash of one self-contained ONNX file with the output `embedding`. */
  model: z.string().min(1),
  sha256: sha256Schema,
  /** Key of a head fitted on that embedding; null lets the product fit one. */
  head: z.string().min(1).nullable(),
  winner: z.string().default('the trainer’s model'),
  headOnly: z.boolean().default(false),
  metrics: figuresSchema.default({}),
  history: z.array(figuresSchema).max(10_000).default([]),
  table: z.array(z.looseObject({ name: z.string() })).max(1000).default([]),
  seconds: z.number().nonnegative().default(0),
});
export type TrainingResult = z.output<typeof trainingResultSchema>;

/** `head.json` of a trainer: float32 values, little-endian, in base64; classes in the manifest's order. */
export const trainedHeadSchema = z.strictObject({
  normalise: z.enum(['l2', 'none']),
  dimensions: z.number().int().min(1).max(65_536),
  temperature: z.number().positive(),
  weights: z.base64(),
  bias: z.base64(),
  centroids: z.base64().nullable().default(null),
});

/** What a trainer tells while it works: the details of its heartbeats. */
export const trainingProgressSchema = z.object({
  stage: z.string(),
  candidate: z.string(),
  epoch: z.number().int(),
  epochs: z.number().int(),
  loss: z.number(),
  images: z.number().int(),
  of: z.number().int(),
  imagesPerSecond: z.number(),
  secondsLeft: z.number(),
  device: z.string(),
}).partial();
export type TrainingProgress = z.infer<typeof trainingProgressSchema>;
