import { z } from 'zod';
import { defaultPolicy } from '../domain/policy.ts';
import { roles, keyRoles } from '../domain/roles.ts';
import { classSchema, idSchema, instantSchema, shareSchema, slugSchema } from './common.ts';

const costsSchema = z.record(z.string().regex(/^\d+$/), z.record(z.string().regex(/^\d+$/), z.number().min(0)));

const hoursSchema = z.number().min(0).max(24 * 90);
const canaryStepsSchema = z.array(z.number().positive().max(100)).min(1).max(10)
  .refine((steps) => steps.every((step, at) => step > (steps[at - 1] ?? 0)) && steps.at(-1) === 100, 'rising, and 100 at the end')
  .readonly();

export const policySchema = z.strictObject({
  flagging: z.strictObject({
    confidenceMin: shareSchema,
    marginMin: shareSchema,
    perClass: z.array(z.strictObject({ classId: z.number().int().min(0), confidenceMin: shareSchema.optional(), marginMin: shareSchema.optional() })),
    noveltyMax: z.number().min(0).max(2).nullable(),
    sharpnessMin: z.number().min(0).nullable(),
    burstSeconds: z.number().min(0).max(3600),
    nearDuplicateBits: z.number().int().min(-1).max(32),
  }),
  audit: z.strictObject({ share: shareSchema }),
  costs: costsSchema,
  review: z.strictObject({
    itemsMax: z.number().int().min(1).max(20000),
    shareMax: shareSchema,
    deadlineHours: z.number().positive().max(24 * 90),
    openAtFlags: z.number().int().min(0),
    leaseSeconds: z.number().int().min(5).max(3600),
    overlap: z.number().int().min(1).max(5),
    // Newer than some stored policies, and than some files that people keep: absent ones have the default.
    hoursMax: z.number().positive().max(10_000).nullable().default(null),
    easyShare: z.number().min(0).max(0.5).default(0),
    overlapShare: shareSchema.default(1),
    eyesMax: z.number().int().min(1).max(9).default(3),
    goldShare: z.number().min(0).max(0.5).default(0),
    blindShare: shareSchema,
  }),
  retrain: z.strictObject({ afterLabels: z.number().int().min(0), labelsMin: z.number().int().min(1) }),
  gate: z.strictObject({
    overallMargin: shareSchema,
    referenceMargin: shareSchema,
    perClassMargin: shareSchema,
    listedClasses: z.array(z.strictObject({ classId: z.number().int().min(0), margin: shareSchema })),
    evidenceMin: z.number().int().min(1),
    onCannotTell: z.enum(['wait', 'promoteIfSuperior']),
    // Newer than some stored policies: absent ones have the default.
    calibrationMargin: shareSchema.default(defaultPolicy.gate.calibrationMargin),
    lostFlipMax: shareSchema.default(defaultPolicy.gate.lostFlipMax),
    latencyRatioMax: z.number().min(1).max(100).default(defaultPolicy.gate.latencyRatioMax),
    memoryRatioMax: z.number().min(1).max(100).default(defaultPolicy.gate.memoryRatioMax),
  }),
  // Newer than some stored policies: an absent one has the default, straight promotion.
  road: z.strictObject({
    stages: z.enum(['straight', 'staged']),
    approvalsWanted: z.number().int().min(0).max(2),
    lookSeconds: z.number().min(1).max(3600),
    shadow: z.strictObject({ percent: z.number().positive().max(100), percentOtherBackbone: z.number().positive().max(100), hoursMin: hoursSchema, hoursMax: hoursSchema, reviewedMin: z.number().int().min(0) }),
    canary: z.strictObject({ steps: canaryStepsSchema, hoursMin: hoursSchema, hoursMax: hoursSchema, imagesMin: z.number().int().min(0) }),
    bake: z.strictObject({ hours: hoursSchema }),
  }).default(defaultPolicy.road),
});

export const createProjectSchema = z.strictObject({
  slug: slugSchema,
  name: z.string().min(1).max(120),
  classes: z.array(z.string().min(1).max(120)).min(2).max(1000),
  timeZone: z.string().min(1).max(64).default('UTC'),
  policy: policySchema.optional(),
});

export const projectSchema = z.strictObject({
  id: idSchema,
  slug: slugSchema,
  name: z.string(),
  timeZone: z.string(),
  classes: z.array(classSchema),
  policy: policySchema,
  policyVersion: z.number().int(),
  champion: z.strictObject({ id: idSchema, number: z.number().int(), kind: z.string() }).nullable(),
  counts: z.strictObject({ images: z.number().int(), predictions: z.number().int(), labels: z.number().int(), waitingItems: z.number().int(), openItems: z.number().int() }),
  myRole: z.enum(keyRoles),
});
export type ProjectReply = z.infer<typeof projectSchema>;

export const invitationBodySchema = z.strictObject({ email: z.email().optional(), role: z.enum(roles) });
export const invitationReplySchema = z.strictObject({ url: z.string(), expiresAt: instantSchema });
export const acceptInvitationSchema = z.strictObject({
  token: z.string().min(20).max(200),
  name: z.string().min(1).max(120),
  email: z.email(),
  password: z.string().min(10).max(200),
});

/** POST /v1/invitations/join: who has an account and is signed in takes an invitation into one more project. */
export const joinInvitationSchema = z.strictObject({ token: z.string().min(20).max(200) });

export const apiKeyBodySchema = z.strictObject({ name: z.string().min(1).max(120), role: z.enum(keyRoles), camera: z.string().min(1).max(120).optional() });
export const apiKeyReplySchema = z.strictObject({ id: idSchema, name: z.string(), role: z.enum(keyRoles), prefix: z.string(), /** Shown once. */ secret: z.string() });

export const meSchema = z.strictObject({
  kind: z.enum(['person', 'key']),
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  projects: z.array(z.strictObject({ id: idSchema, slug: slugSchema, name: z.string(), role: z.enum(keyRoles) })),
});
export type MeReply = z.infer<typeof meSchema>;
