import { hasEnded } from '../../domain/challenge.ts';
import { PerennialError } from '../../domain/errors.ts';
import { answersWantedBy } from '../../domain/policy.ts';
import type { Challenge, ChallengeStep } from '../../domain/ports-challenges.ts';
import { nextStep, type RoadDecision, type RoadEvidence, type RoadState } from '../../domain/road.ts';
import { judgeSequence } from '../../domain/sequential-judge.ts';
import { challengeAlert, type RoadDependencies, stageOf } from './road-dependencies.ts';
import { setOut } from './set-out.ts';
import { testAlarms } from './test-alarms.ts';

/** Serving follows a step within about a second; images that came before that say nothing of the step. */
const graceMs = 30_000;
/** Items opened at a look; what is left over is asked about at the next one. */
const askedAtOnce = 200;
/** Whether the two differ is worth more to know than any doubt of one of them. */
const disagreementValue = 1.5;

export interface RoadLook {
  readonly outcome: 'on_road' | 'waits' | 'over' | 'overtaken';
  readonly why: string;
  /** What is to be done now; null unless it is on the road. */
  readonly decision: RoadDecision | null;
  readonly state: RoadState | null;
  readonly evidence: RoadEvidence | null;
  /** The step all this is about. */
  readonly sequence: number;
  readonly lookSeconds: number;
  readonly challengerId: string;
  /** People who said yes to what comes after the step. */
  readonly approvedBy: readonly string[];
}

/** The bake begins to judge anew: what was good in shadow must not outweigh what went wrong after the promotion. */
export const judgedSince = (challenge: Challenge, steps: readonly ChallengeStep[]): Date => (steps.find((step) => step.stage === 'bake') ?? challenge).createdAt;

/** Everything a decision rests on, read at one moment. @throws PerennialError CHALLENGE_NOT_FOUND */
export async function readRoad(deps: RoadDependencies, challenge: Challenge): Promise<{ step: ChallengeStep | null; state: RoadState | null; evidence: RoadEvidence | null; approvedBy: readonly string[] }> {
  const steps = await deps.challenges.steps(challenge.id);
  const [step, stage] = [steps.at(-1) ?? null, stageOf(steps)];
  if (step === null || stage === null || hasEnded(step.stage)) return { step, state: null, evidence: null, approvedBy: [] };
  const now = deps.clock.now();
  const state: RoadState = { stage, held: step.stage === 'held', canaryPercent: step.canaryPercent, shadowPercent: step.shadowPercent, hours: Math.max(0, now.getTime() - step.createdAt.getTime()) / 3_600_000 };
  const { figures, records, challenges } = deps;
  const day = (await records.latestEventDay(challenge.projectId)) ?? now.toISOString().slice(0, 10);
  const [champion, faults, traffic, disagreements, failures, approvals, automaticPromotionsToday] = await Promise.all([
    records.champion(challenge.projectId), figures.faults(challenge, challenge.challengerId), figures.traffic(challenge, step.createdAt, graceMs),
    figures.disagreements(challenge, judgedSince(challenge, steps)), figures.failures(challenge), challenges.approvals(challenge.id, step.sequence), records.automaticPromotionsOn(challenge.projectId, day),
  ]);
  const evidence: RoadEvidence = {
    champion: champion?.id === challenge.championId ? 'champion' : champion?.id === challenge.challengerId ? 'challenger' : 'other',
    faults, ...traffic, disagreements: judgeSequence(disagreements), failures: judgeSequence(failures), approvals: approvals.length, automaticPromotionsToday, alarmsTested: true,
  };
  return { step, state, evidence, approvedBy: approvals.map((each) => each.approvedBy) };
}

/**
 * One look at a challenge: lets it set out where it waits, asks people about new disagreements, and says what is to be done
 * now. It does nothing itself but warn.
 * @throws PerennialError CHALLENGE_NOT_FOUND
 */
export async function lookAtRoad(deps: RoadDependencies, { projectId, challengeId }: { projectId: string; challengeId: string }): Promise<RoadLook> {
  const challenge = await deps.challenges.byId(projectId, challengeId);
  if (challenge === null) throw new PerennialError('CHALLENGE_NOT_FOUND');
  const policy = await deps.policy(projectId);
  const { lookSeconds } = policy.road;
  const { outcome, why } = await setOut(deps, challenge);
  const nothing = { outcome, why, decision: null, state: null, evidence: null, sequence: 0, lookSeconds, challengerId: challenge.challengerId, approvedBy: [] };
  if (outcome !== 'on_road') return nothing;
  await deps.figures.askAbout(challenge, { value: disagreementValue, answersWanted: () => answersWantedBy(policy.review, deps.random), limit: askedAtOnce });
  const { step, state, evidence, approvedBy } = await readRoad(deps, challenge);
  if (step === null || state === null || evidence === null) return { ...nothing, outcome: 'over', why: step?.reason ?? why };
  const decide = (alarmsTested: boolean): RoadDecision => nextStep(policy.road, policy.gate.overallMargin, state, { ...evidence, alarmsTested });
  let decision = decide(true);
  if (decision.act === 'canary' || (decision.act === 'promote' && evidence.champion === 'champion')) decision = decide((await testAlarms(deps, projectId)).length === 0);
  if (decision.act === 'stay' && decision.warn !== null) await deps.alerts.raise({ projectId, kind: challengeAlert, sentence: decision.warn });
  return { outcome, why: decision.why, decision, state, evidence, sequence: step.sequence, lookSeconds, challengerId: challenge.challengerId, approvedBy };
}
