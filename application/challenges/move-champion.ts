import { PerennialError } from '../../domain/errors.ts';
import type { Challenge } from '../../domain/ports-challenges.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import { promoteVersion, type PromoteVersionDependencies, rollBack } from '../models/promote-version.ts';
import type { RoadDependencies } from './road-dependencies.ts';

type Dependencies = PromoteVersionDependencies & Pick<RoadDependencies, 'challenges'>;
type Request = { readonly projectId: string; readonly challengeId: string; readonly reason: string; readonly decidedBy: string };

async function challengeOf({ challenges }: Dependencies, { projectId, challengeId }: Request): Promise<Challenge> {
  const challenge = await challenges.byId(projectId, challengeId);
  if (challenge === null) throw new PerennialError('CHALLENGE_NOT_FOUND');
  return challenge;
}

/** Somebody moved the champion meanwhile: the next look says what that means. */
const onConflict = (error: unknown): StepOutcome => {
  if (error instanceof PerennialError && (error.code === 'PROMOTION_CONFLICT' || error.code === 'PROMOTION_NOTHING_TO_ROLL_BACK')) return { outcome: 'skipped', why: error.message };
  throw error;
};

/** The challenger takes the champion's place, once for the challenge. @throws PerennialError CHALLENGE_NOT_FOUND, MODEL_VERSION_NOT_FOUND */
export async function promoteChallenger(deps: Dependencies, request: Request): Promise<StepOutcome> {
  const { projectId, challengerId, championId, gateReportId } = await challengeOf(deps, request);
  if ((await deps.records.champion(projectId))?.id === challengerId) return { outcome: 'skipped', why: 'it is the champion already' };
  const report = gateReportId === null ? null : await deps.records.gateReportFor(projectId, challengerId);
  const { reason, decidedBy, challengeId } = request;
  return promoteVersion(deps, { projectId, toId: challengerId, expectFromId: championId, gateReportId, onCannotTell: report?.verdict === 'cannot_tell', reason, decidedBy, key: `road/${challengeId}` })
    .then((): StepOutcome => ({ outcome: 'done', why: reason }), onConflict);
}

/** The champion before takes its place again where the challenger still has it, once for the challenge. @throws PerennialError CHALLENGE_NOT_FOUND */
export async function rollBackChallenger(deps: Dependencies, request: Request): Promise<StepOutcome> {
  const { projectId, challengerId } = await challengeOf(deps, request);
  if ((await deps.records.champion(projectId))?.id !== challengerId) return { outcome: 'skipped', why: 'it is not the champion' };
  const { reason, decidedBy, challengeId } = request;
  return rollBack(deps, { projectId, expectFromId: challengerId, reason, decidedBy, key: `road/${challengeId}/back` }).then((): StepOutcome => ({ outcome: 'done', why: reason }), onConflict);
}
