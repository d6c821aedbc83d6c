import type { ChallengeDetail, ChallengeReply } from '../../contracts/challenges.ts';
import type { Challenge, ChallengeStep, Drill } from '../../domain/ports-challenges.ts';
import { nextStep } from '../../domain/road.ts';
import { evidencePath, type Observation, type SequentialJudgement, shownEValue } from '../../domain/sequential-judge.ts';
import { judgedSince, readRoad } from './look-at-road.ts';
import type { RoadDependencies } from './road-dependencies.ts';

/** Challenges as the outside reads them: version numbers where we hold ids. */
export function createChallengeTeller(deps: RoadDependencies) {
  const numberOf = async (id: string): Promise<number> => (await deps.records.versionById(id))?.number ?? 0;
  async function told(challenge: Challenge, last: ChallengeStep | undefined): Promise<ChallengeReply> {
    const [challenger, champion] = await Promise.all([numberOf(challenge.challengerId), numberOf(challenge.championId)]);
    return {
      id: challenge.id, challenger, champion, stage: last?.stage ?? null, shadowPercent: last?.shadowPercent ?? 0, canaryPercent: last?.canaryPercent ?? 0, reason: last?.reason ?? 'it waits to set out',
      decidedBy: last?.decidedBy ?? challenge.startedBy, since: (last?.createdAt ?? challenge.createdAt).toISOString(), startedBy: challenge.startedBy, createdAt: challenge.createdAt.toISOString(),
    };
  }
  return {
    short: async (challenge: Challenge): Promise<ChallengeReply> => told(challenge, (await deps.challenges.steps(challenge.id)).at(-1)),
    async full(challenge: Challenge): Promise<ChallengeDetail> {
      const steps = await deps.challenges.steps(challenge.id);
      const [{ step, state, evidence }, policy, disagreements, failures] = await Promise.all([
        readRoad(deps, challenge), deps.policy(challenge.projectId), deps.figures.disagreements(challenge, judgedSince(challenge, steps)), deps.figures.failures(challenge),
      ]);
      const decision = state === null || evidence === null ? null : nextStep(policy.road, policy.gate.overallMargin, state, evidence);
      const approvals = step === null || state === null ? [] : await deps.challenges.approvals(challenge.id, step.sequence);
      return {
        ...(await told(challenge, steps.at(-1))),
        steps: steps.map(({ sequence, stage, shadowPercent, canaryPercent, decidedBy, reason, createdAt }) => ({ sequence, stage, shadowPercent, canaryPercent, decidedBy, reason, createdAt: createdAt.toISOString() })),
        evidence: evidence && {
          images: evidence.images, challengerImages: evidence.challengerImages, compared: evidence.compared, disagreed: evidence.disagreed,
          disagreements: shown(evidence.disagreements), failures: shown(evidence.failures), faults: [...evidence.faults],
        },
        paths: { disagreements: drawn(disagreements), failures: drawn(failures) },
        next: decision && { act: decision.act, why: decision.why },
        approvals: approvals.map(({ approvedBy, reason, createdAt }) => ({ by: approvedBy, reason, at: createdAt.toISOString() })),
        approvalsWanted: policy.road.approvalsWanted,
      };
    },
    async drill({ championId, formerId, outcome, sentence, backMs, forthMs, startedBy, createdAt }: Drill) {
      const [champion, former] = await Promise.all([numberOf(championId), numberOf(formerId)]);
      return { outcome, champion, former, sentence, backMs, forthMs, startedBy, at: createdAt.toISOString() };
    },
  };
}

const shown = ({ observed, challengerFailed, eValue, peak }: SequentialJudgement) => ({ observed, challengerFailed, eValue: shownEValue(eValue), peak: shownEValue(peak) });
const drawn = (observations: readonly Observation[]) => evidencePath(observations).map(({ observed, eValue }) => ({ observed, eValue: shownEValue(eValue) }));
