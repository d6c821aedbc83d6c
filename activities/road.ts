import type { StepOutcome } from '../contracts/workflows.ts';
import type { StepOnRequest } from '../application/challenges/step-on.ts';
import type { RoadLook } from '../application/challenges/look-at-road.ts';
import type { DrillReply } from '../application/challenges/drill-rollback.ts';
import { PerennialError } from '../domain/errors.ts';
import type { RoadDecision } from '../domain/road.ts';
import type { Challenge } from '../domain/ports-challenges.ts';

type Of = { readonly projectId: string; readonly challengeId: string };

export interface RoadActivitiesDependencies {
  readonly open: (request: { projectId: string; challengerId: string; gateReportId: string | null; startedBy: string; key: string }) => Promise<Challenge>;
  readonly look: (of: Of) => Promise<RoadLook>;
  readonly approve: (approval: Of & { sequence: number; approvedBy: string; reason: string; key: string }) => Promise<void>;
  readonly stepOn: (request: StepOnRequest) => Promise<StepOutcome>;
  readonly promote: (request: Of & { reason: string; decidedBy: string }) => Promise<StepOutcome>;
  readonly rollBack: (request: Of & { reason: string; decidedBy: string }) => Promise<StepOutcome>;
  readonly drill: (request: { projectId: string; startedBy: string; key: string }) => Promise<DrillReply>;
}

/** What a workflow needs of a look. */
export interface LookReply {
  readonly outcome: RoadLook['outcome'];
  readonly why: string;
  readonly decision: RoadDecision | null;
  readonly stage: 'shadow' | 'canary' | 'bake' | null;
  /** Whether the challenger is champion now. */
  readonly promoted: boolean;
  readonly sequence: number;
  readonly lookSeconds: number;
  readonly approvals: number;
  /** Who said yes to the next step, else the gate. */
  readonly decidedBy?: string;
  readonly challengerId: string;
}

/** Steps of the road; each is harmless when run twice. */
export function createRoadActivities(deps: RoadActivitiesDependencies) {
  return {
    /** `held` where it may not set out. */
    async openChallenge(input: { projectId: string; challengerId: string; gateReportId: string | null; startedBy: string; key: string }): Promise<StepOutcome & { challengeId: string | null }> {
      try {
        return { outcome: 'done', why: 'it sets out on its road to champion, in shadow first', challengeId: (await deps.open(input)).id };
      } catch (error) {
        if (!(error instanceof PerennialError) || error.code !== 'CHALLENGE_BARRED') throw error;
        return { outcome: 'held', why: error.message, challengeId: null };
      }
    },
    async lookAtRoad(of: Of): Promise<LookReply> {
      const { outcome, why, decision, state, evidence, sequence, lookSeconds, challengerId, approvedBy } = await deps.look(of);
      return { outcome, why, decision, stage: state?.stage ?? null, promoted: evidence?.champion === 'challenger', sequence, lookSeconds, approvals: evidence?.approvals ?? 0, challengerId, decidedBy: approvedBy.length > 0 ? approvedBy.join(', ') : 'gate' };
    },
    approveStep: (approval: Of & { sequence: number; approvedBy: string; reason: string; key: string }) => deps.approve(approval),
    stepOn: (request: StepOnRequest) => deps.stepOn(request),
    promoteChallenger: (request: Of & { reason: string; decidedBy: string }) => deps.promote(request),
    rollBackChallenger: (request: Of & { reason: string; decidedBy: string }) => deps.rollBack(request),
    drill: (request: { projectId: string; startedBy: string; key: string }) => deps.drill(request),
  };
}
export type RoadActivities = ReturnType<typeof createRoadActivities>;
