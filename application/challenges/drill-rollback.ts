import { PerennialError } from '../../domain/errors.ts';
import type { ChallengeRecords, Drill, DrillRecords } from '../../domain/ports-challenges.ts';
import type { ModelRecords } from '../../domain/ports-models.ts';
import { type RoadDependencies, shadowPercentOf } from './road-dependencies.ts';

/** Which step of which challenge serving processes follow. */
export interface RouteStates {
  /** Processes of a project that spoke lately: all of them, and those that follow the step with both models loaded; a null challenge means none is followed. */
  following(projectId: string, step: { challengeId: string; sequence: number } | null): Promise<{ alive: number; following: number }>;
}

export interface DrillDependencies extends Pick<RoadDependencies, 'policy' | 'alerts'> {
  readonly challenges: ChallengeRecords;
  readonly records: ModelRecords;
  readonly drills: DrillRecords;
  readonly states: RouteStates;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

export interface DrillReply {
  readonly outcome: Drill['outcome'];
  readonly why: string;
  readonly backMs: number | null;
  readonly forthMs: number | null;
}

const lookEveryMs = 50;
const followMsMax = 20_000;
const drillAlert = 'drill_failed';

/**
 * Rehearses the way back: to the former champion and forth again on an unseen route, so that nobody gets another answer.
 * Measured is the time from the written step until every serving process follows it with the model loaded. Once for its key.
 */
export async function drillRollback(deps: DrillDependencies, request: { projectId: string; startedBy: string; key: string }): Promise<DrillReply> {
  const { projectId } = request;
  const done = await deps.drills.byKey(projectId, request.key);
  if (done !== null) return replyOf(done);
  const [current] = await deps.records.promotions(projectId, 1);
  const former = current === undefined ? null : ((await deps.records.promotions(projectId, 100)).find((each) => each.toId === current.toId && each.kind !== 'rollback')?.fromId ?? null);
  if (current === undefined || former === null) return { outcome: 'skipped', why: 'there is no former champion to go back to', backMs: null, forthMs: null };
  const keep = async (outcome: Drill['outcome'], sentence: string, backMs: number | null, forthMs: number | null): Promise<DrillReply> => {
    if (outcome === 'failed') await deps.alerts.raise({ projectId, kind: drillAlert, sentence: `The rollback drill failed: ${sentence}` });
    if (outcome === 'done') await deps.alerts.resolve(projectId, drillAlert);
    return replyOf(await deps.drills.keep({ ...request, championId: current.toId, formerId: former, outcome, sentence, backMs, forthMs }));
  };
  const challenge = await deps.challenges.open({ projectId, challengerId: former, championId: current.toId, kind: 'drill', gateReportId: null, startedBy: request.startedBy, key: `drill/${request.key}` });
  const step = { projectId, challengeId: challenge.id, decidedBy: request.startedBy, canaryPercent: 0 };
  try {
    await deps.challenges.append({ ...step, after: 0, stage: 'shadow', shadowPercent: await shadowPercentOf(deps, challenge), reason: 'a rollback drill: to the former champion', key: 'back' });
  } catch (error) {
    if (error instanceof PerennialError && error.code === 'CHALLENGE_CONFLICT') return keep('skipped', 'a challenger is on the road', null, null);
    throw error;
  }
  const backMs = await followed(deps, projectId, { challengeId: challenge.id, sequence: 1 });
  await deps.challenges.append({ ...step, after: 1, stage: 'done', shadowPercent: 0, reason: 'a rollback drill: forth again', key: 'forth' });
  const forthMs = await followed(deps, projectId, null);
  if (backMs === null || forthMs === null) return keep('failed', backMs === null ? 'serving did not load the former champion in time' : 'serving did not leave the former champion in time', backMs, forthMs);
  return keep('done', `to the former champion in ${(backMs / 1000).toFixed(2)} s and back in ${(forthMs / 1000).toFixed(2)} s`, backMs, forthMs);
}

/** Milliseconds until every living process follows; null where they do not in time, or none lives. */
async function followed({ states, now, wait }: DrillDependencies, projectId: string, step: { challengeId: string; sequence: number } | null): Promise<number | null> {
  const began = now();
  for (;;) {
    const { alive, following } = await states.following(projectId, step);
    if (alive > 0 && following === alive) return Math.round(now() - began);
    if (now() - began >= followMsMax) return null;
    await wait(lookEveryMs);
  }
}

const replyOf = ({ outcome, sentence, backMs, forthMs }: Drill): DrillReply => ({ outcome, why: sentence, backMs, forthMs });
