import { hasEnded } from '../../domain/challenge.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Challenge } from '../../domain/ports-challenges.ts';
import { mayBeReplaced } from '../../domain/road.ts';
import { type RoadDependencies, shadowPercentOf, stageOf } from './road-dependencies.ts';

/** `overtaken`: the champion it met at the gate is champion no more. */
export type SetOutReply = { readonly outcome: 'on_road' | 'waits' | 'over' | 'overtaken'; readonly why: string };

/**
 * Opens a challenge, once for its key; it sets out by itself.
 * @throws PerennialError MODEL_VERSION_NOT_FOUND, PROMOTION_CONFLICT where it is champion already, CHALLENGE_BARRED
 */
export async function openChallenge(
  { challenges, records }: Pick<RoadDependencies, 'challenges' | 'records'>, request: { projectId: string; challengerId: string; gateReportId: string | null; startedBy: string; key: string },
): Promise<Challenge> {
  const [champion, challenger] = await Promise.all([records.champion(request.projectId), records.versionById(request.challengerId)]);
  if (champion === null || challenger === null || challenger.projectId !== request.projectId || challenger.headKey === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND');
  const opened = await challenges.opened(request.projectId, request.key);
  if (opened !== null) return opened;
  if (champion.id === challenger.id) throw new PerennialError('PROMOTION_CONFLICT', 'The challenger is the champion already.');
  if (await challenges.barred(request.projectId, request.challengerId)) throw new PerennialError('CHALLENGE_BARRED');
  return challenges.open({ ...request, championId: champion.id, kind: 'road' });
}

/** Begins a challenge where the road is free: a newer challenger takes the place of one in shadow, behind any other it waits. */
export async function setOut(deps: RoadDependencies, challenge: Challenge): Promise<SetOutReply> {
  const { challenges, records } = deps;
  const { id: challengeId, projectId } = challenge;
  const steps = await challenges.steps(challengeId);
  const last = steps.at(-1);
  if (last !== undefined) return hasEnded(last.stage) ? { outcome: 'over', why: last.reason } : { outcome: 'on_road', why: last.reason };
  const end = async (outcome: 'over' | 'overtaken', why: string): Promise<SetOutReply> => {
    await challenges.append({ projectId, challengeId, after: 0, stage: 'replaced', shadowPercent: 0, canaryPercent: 0, decidedBy: 'gate', reason: why, key: 'set-out' });
    return { outcome, why };
  };
  if ((await records.champion(projectId))?.id !== challenge.championId) return end('overtaken', 'another model version was promoted before it could set out');
  const [newest] = await challenges.waiting(projectId);
  if (newest !== undefined && newest.id !== challengeId) return end('over', 'a newer challenger waits in its place');
  try {
    const ahead = await challenges.onRoad(projectId);
    if (ahead !== null) {
      const stage = stageOf(await challenges.steps(ahead.challenge.id));
      if (ahead.challenge.kind === 'drill' || stage === null || !mayBeReplaced({ stage })) return { outcome: 'waits', why: ahead.challenge.kind === 'drill' ? 'a drill is on the road' : `another challenger is on the road, in ${stage ?? ahead.step.stage}` };
      await challenges.append({ projectId, challengeId: ahead.challenge.id, after: ahead.step.sequence, stage: 'replaced', shadowPercent: 0, canaryPercent: 0, decidedBy: 'gate', reason: 'a newer challenger took its place in shadow', key: `${ahead.step.sequence}/replaced` });
    }
    const shadowPercent = await shadowPercentOf(deps, challenge);
    await challenges.append({ projectId, challengeId, after: 0, stage: 'shadow', shadowPercent, canaryPercent: 0, decidedBy: challenge.startedBy, reason: `it sees ${shadowPercent} % of the traffic, unseen`, key: 'set-out' });
    return { outcome: 'on_road', why: 'it set out in shadow' };
  } catch (error) {
    // Somebody was quicker: look again later.
    if (error instanceof PerennialError && error.code === 'CHALLENGE_CONFLICT') return { outcome: 'waits', why: 'another challenger set out first' };
    throw error;
  }
}
