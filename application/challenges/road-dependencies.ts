import type { Policy } from '../../domain/policy.ts';
import type { Clock } from '../../domain/ports.ts';
import type { Alerts, Challenge, ChallengeRecords, ChallengeStep, RoadFigures } from '../../domain/ports-challenges.ts';
import type { ModelRecords } from '../../domain/ports-models.ts';
import type { RoadState } from '../../domain/road.ts';

/** What the use cases of the road share. */
export interface RoadDependencies {
  readonly challenges: ChallengeRecords;
  readonly records: ModelRecords;
  readonly figures: RoadFigures;
  readonly alerts: Alerts;
  readonly policy: (projectId: string) => Promise<Policy>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A warning a challenge may raise; one of them is open at a time, as one challenge is on the road. */
export const challengeAlert = 'challenge_warning';

/** The stage that a challenge stands in, a hold seen through; null where it has not begun. */
export function stageOf(steps: readonly ChallengeStep[]): RoadState['stage'] | null {
  const stage = steps.findLast((step) => step.stage === 'shadow' || step.stage === 'canary' || step.stage === 'bake')?.stage;
  return stage === 'shadow' || stage === 'canary' || stage === 'bake' ? stage : null;
}

/** Share of the traffic that the one which does not answer sees: all of it where both have one backbone. */
export async function shadowPercentOf({ records, policy }: { readonly records: Pick<ModelRecords, 'versionById'>; readonly policy: RoadDependencies['policy'] }, challenge: Challenge): Promise<number> {
  const [champion, challenger, { road }] = await Promise.all([records.versionById(challenge.championId), records.versionById(challenge.challengerId), policy(challenge.projectId)]);
  const shared = champion?.backboneDigest != null && champion.backboneDigest === challenger?.backboneDigest && champion.preprocessingDigest === challenger.preprocessingDigest;
  return shared ? road.shadow.percent : road.shadow.percentOtherBackbone;
}
