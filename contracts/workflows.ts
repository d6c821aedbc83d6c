/** Inputs, signals and queries of workflows. Workflows carry ids, never images; every id is text. */
import { z } from 'zod';
import { idSchema } from './common.ts';
import { fullOptionsSchema } from './training.ts';

export const taskQueue = 'perennial';

export const collectInputSchema = z.strictObject({ projectId: idSchema, reason: z.string(), key: z.string(), itemsMax: z.number().int().nullable() });
export type CollectInput = z.infer<typeof collectInputSchema>;

export const routeForReviewInputSchema = z.strictObject({ projectId: idSchema, roundId: idSchema });
export type RouteForReviewInput = z.infer<typeof routeForReviewInputSchema>;

export const retrainInputSchema = z.strictObject({ projectId: idSchema, kind: z.enum(['light', 'cold_start']), reason: z.string(), key: z.string() });
export type RetrainInput = z.infer<typeof retrainInputSchema>;

export const retrainFullInputSchema = z.strictObject({ projectId: idSchema, reason: z.string(), key: z.string(), options: fullOptionsSchema });
export type RetrainFullInput = z.output<typeof retrainFullInputSchema>;

export const promoteInputSchema = z.strictObject({ projectId: idSchema, challengerId: idSchema, key: z.string() });
export type PromoteInput = z.infer<typeof promoteInputSchema>;

export const huntInputSchema = z.strictObject({ projectId: idSchema, versionId: idSchema.nullable(), itemsMax: z.number().int().min(1).max(500) });
export type HuntInput = z.infer<typeof huntInputSchema>;

export const walkRoadInputSchema = z.strictObject({ projectId: idSchema, challengeId: idSchema });
export type WalkRoadInput = z.infer<typeof walkRoadInputSchema>;

export const roadActs = ['approve', 'hold', 'abort', 'roll_back'] as const;
/** What a person decides about a challenge, in words that are kept. */
export interface RoadAct {
  readonly act: (typeof roadActs)[number];
  readonly by: string;
  readonly reason: string;
  readonly key: string;
}

export const drillInputSchema = z.strictObject({ projectId: idSchema, startedBy: z.string(), key: z.string() });
export type DrillInput = z.infer<typeof drillInputSchema>;

/** A step answers in words. */
export interface StepOutcome {
  readonly outcome: 'done' | 'skipped' | 'held';
  readonly why: string;
}

export const workflowIds = {
  collect: (projectId: string) => `${projectId}/collect-predictions`,
  round: (projectId: string, roundId: string) => `${projectId}/route-for-review/${roundId}`,
  retrain: (projectId: string) => `${projectId}/retrain-light`,
  promote: (projectId: string) => `${projectId}/promote-model`,
} as const;
export const scheduleIds = {
  collect: (projectId: string) => `${projectId}/collect-predictions-daily`,
  light: (projectId: string) => `${projectId}/retrain-light-weekly`,
} as const;
