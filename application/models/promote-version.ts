import { PerennialError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import { type Failpoint, noFailpoints } from '../failpoint.ts';
import type { ModelRecords, ModelVersion, Promotion } from '../../domain/ports-models.ts';

export interface PromoteVersionDependencies {
  readonly records: ModelRecords;
  readonly clock: Clock;
  /** Waits, within bounds, until serving answers with a version. */
  readonly servingFollows: (projectId: string, modelVersionId: string) => Promise<unknown>;
  readonly failpoint?: Failpoint;
}

export interface PromoteVersionRequest {
  readonly projectId: string;
  readonly toId: string;
  /** The champion the decision was made about; undefined leaves that to the moment. */
  readonly expectFromId?: string | null;
  readonly gateReportId: string | null;
  readonly onCannotTell: boolean;
  readonly reason: string;
  readonly decidedBy: string;
  readonly key: string;
}

/** Moves the champion: the one place that does. Serving has followed when it answers, the MLflow alias does within seconds. @throws PerennialError PROMOTION_CONFLICT, MODEL_VERSION_NOT_FOUND */
export async function promoteVersion(deps: PromoteVersionDependencies, request: PromoteVersionRequest): Promise<Promotion> {
  const to = await deps.records.versionById(request.toId);
  if (to === null || to.projectId !== request.projectId || to.headKey === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND');
  const champion = await deps.records.champion(request.projectId);
  const fromId = request.expectFromId === undefined ? (champion?.id ?? null) : request.expectFromId;
  const { expectFromId: _expected, ...rest } = request;
  await (deps.failpoint ?? noFailpoints)('promote.before');
  return moved(deps, 'promote', request.projectId, await deps.records.promote({ ...rest, kind: fromId === null ? 'first' : 'promotion', fromId, eventDay: await eventDay(deps, request.projectId) }));
}

/** Goes back to the champion before this one; inside the last three versions no gate is asked. @throws PerennialError PROMOTION_NOTHING_TO_ROLL_BACK, PROMOTION_CONFLICT */
export async function rollBack(deps: PromoteVersionDependencies, request: { projectId: string; expectFromId?: string; reason: string; decidedBy: string; key: string }): Promise<Promotion> {
  // Asked again by whoever was not told: the way back from where it led would be another one, or none.
  const done = await deps.records.promotionByKey(request.projectId, request.key);
  if (done !== null) return moved(deps, 'rollback', request.projectId, done);
  const history = await deps.records.promotions(request.projectId, 100);
  const current = history[0];
  const before = history.find((each) => each.toId === current?.toId && each.kind !== 'rollback')?.fromId ?? null;
  if (current === undefined || before === null) throw new PerennialError('PROMOTION_NOTHING_TO_ROLL_BACK');
  await (deps.failpoint ?? noFailpoints)('rollback.before');
  return moved(deps, 'rollback', request.projectId, await deps.records.promote({
    projectId: request.projectId, kind: 'rollback', fromId: request.expectFromId ?? current.toId, toId: before, gateReportId: null, onCannotTell: false,
    reason: request.reason, decidedBy: request.decidedBy, key: request.key, eventDay: await eventDay(deps, request.projectId),
  }));
}

/** Said once serving has followed: the next prediction then carries the new version. */
async function moved(deps: PromoteVersionDependencies, how: 'promote' | 'rollback', projectId: string, promotion: Promotion): Promise<Promotion> {
  const { failpoint = noFailpoints } = deps;
  await failpoint(`${how}.recorded`);
  await deps.servingFollows(projectId, promotion.toId);
  await failpoint(`${how}.served`);
  return promotion;
}

/** A replay moves event time; without predictions it is today. */
async function eventDay(deps: PromoteVersionDependencies, projectId: string): Promise<string> {
  return (await deps.records.latestEventDay(projectId)) ?? deps.clock.now().toISOString().slice(0, 10);
}

/** A version in words, for reasons and history. */
export const titleOf = (version: ModelVersion): string => `model version ${version.number} (${version.kind})`;
