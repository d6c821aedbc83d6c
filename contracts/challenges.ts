import { z } from 'zod';
import { challengeStages } from '../domain/challenge.ts';
import { idSchema, instantSchema } from './common.ts';
import { roadActs } from './workflows.ts';

const percentSchema = z.number().min(0).max(100);
const countSchema = z.number().int().min(0);
const reasonSchema = z.string().min(1).max(500);

/** One challenger's road, with where it stands; `stage` is null while it waits to set out. */
export const challengeSchema = z.strictObject({
  id: idSchema,
  challenger: z.number().int(),
  champion: z.number().int(),
  stage: z.enum(challengeStages).nullable(),
  shadowPercent: percentSchema,
  canaryPercent: percentSchema,
  reason: z.string(),
  decidedBy: z.string(),
  since: instantSchema,
  startedBy: z.string(),
  createdAt: instantSchema,
});
export type ChallengeReply = z.infer<typeof challengeSchema>;

export const challengeStepSchema = z.strictObject({
  sequence: z.number().int(), stage: z.enum(challengeStages), shadowPercent: percentSchema, canaryPercent: percentSchema, decidedBy: z.string(), reason: z.string(), createdAt: instantSchema,
});
/** Of what was observed, how often it was the challenger that failed; evidence that it is the worse one: warned at 20, rolled back at 100. */
const judgementSchema = z.strictObject({ observed: countSchema, challengerFailed: countSchema, eValue: z.number(), peak: z.number() });

/** How the evidence went, after so many observations; at most some 200 points, peaks kept. */
const pathSchema = z.array(z.strictObject({ observed: countSchema, eValue: z.number() }));

/** GET …/challenges/{challenge} */
export const challengeDetailSchema = challengeSchema.extend({
  steps: z.array(challengeStepSchema),
  /** Null where it is not on the road. */
  evidence: z.strictObject({
    images: countSchema, challengerImages: countSchema, compared: countSchema, disagreed: countSchema, disagreements: judgementSchema, failures: judgementSchema,
    faults: z.array(z.strictObject({ code: z.string(), sentence: z.string() })),
  }).nullable(),
  /** Also of a challenge that is over. */
  paths: z.strictObject({ disagreements: pathSchema, failures: pathSchema }),
  /** What the next look does, in one sentence with its counts. */
  next: z.strictObject({ act: z.enum(['stay', 'canary', 'promote', 'hold', 'end']), why: z.string() }).nullable(),
  approvals: z.array(z.strictObject({ by: z.string(), reason: z.string(), at: instantSchema })),
  approvalsWanted: countSchema,
});
export type ChallengeDetail = z.infer<typeof challengeDetailSchema>;

/** POST …/model-versions/{number}/challenge */
export const startChallengeBodySchema = z.strictObject({ reason: reasonSchema });
/** POST …/challenges/{challenge}/acts */
export const challengeActBodySchema = z.strictObject({ act: z.enum(roadActs), reason: reasonSchema });
export const challengeActReplySchema = z.strictObject({ outcome: z.enum(['done', 'skipped', 'held']), why: z.string() });
/** POST …/challenges/{challenge}/clearance */
export const clearChallengeBodySchema = z.strictObject({ reason: reasonSchema });

export const drillSchema = z.strictObject({
  outcome: z.enum(['done', 'skipped', 'failed']), champion: z.number().int(), former: z.number().int(), sentence: z.string(), backMs: countSchema.nullable(), forthMs: countSchema.nullable(), startedBy: z.string(), at: instantSchema,
});
/** POST …/rollback-drills */
export const runDrillReplySchema = z.strictObject({ outcome: z.enum(['done', 'skipped', 'held']), why: z.string(), backMs: countSchema.nullable(), forthMs: countSchema.nullable() });

export const alertSchema = z.strictObject({ kind: z.string(), sentence: z.string(), at: instantSchema });
