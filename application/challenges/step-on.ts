import { PerennialError } from '../../domain/errors.ts';
import type { ChallengeStep } from '../../domain/ports-challenges.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import { noFailpoints, type Failpoint } from '../failpoint.ts';
import { challengeAlert, type RoadDependencies } from './road-dependencies.ts';

export interface StepOnRequest {
  readonly projectId: string;
  readonly challengeId: string;
  /** The step the decision was made about. */
  readonly after: number;
  readonly stage: 'canary' | 'bake' | 'held' | 'done' | 'aborted' | 'rolled_back' | 'replaced';
  /** For a canary; every other stage keeps, or gives up, what the step before had. */
  readonly canaryPercent?: number;
  readonly decidedBy: string;
  readonly reason: string;
}

/**
 * Writes down the next step; serving follows within about a second. `skipped` where the challenge went on meanwhile: look again.
 * @throws PerennialError CHALLENGE_NOT_FOUND
 */
export async function stepOn(deps: Pick<RoadDependencies, 'challenges' | 'alerts'> & { readonly failpoint?: Failpoint }, request: StepOnRequest): Promise<StepOutcome> {
  const { failpoint = noFailpoints } = deps;
  const before = (await deps.challenges.steps(request.challengeId)).at(-1);
  if (before === undefined) throw new PerennialError('CHALLENGE_NOT_FOUND');
  const { canaryPercent, after, stage, ...rest } = request;
  await failpoint(`step.${stage}.before`);
  try {
    await deps.challenges.append({ ...rest, after, stage, ...percentsOf(stage, before, canaryPercent), key: `${after}/${stage}` });
  } catch (error) {
    if (!(error instanceof PerennialError) || error.code !== 'CHALLENGE_CONFLICT') throw error;
    return { outcome: 'skipped', why: error.message };
  }
  await failpoint(`step.${stage}.after`);
  await settleAlert(deps, request);
  return { outcome: 'done', why: request.reason };
}

const ends = { shadowPercent: 0, canaryPercent: 0 };

function percentsOf(stage: StepOnRequest['stage'], { shadowPercent, canaryPercent }: ChallengeStep, wanted: number | undefined): { shadowPercent: number; canaryPercent: number } {
  switch (stage) {
    case 'canary': return { shadowPercent, canaryPercent: wanted ?? canaryPercent };
    case 'bake': return { shadowPercent, canaryPercent: 100 };
    case 'held': return { shadowPercent, canaryPercent };
    case 'done': case 'aborted': case 'rolled_back': case 'replaced': return ends;
  }
}

/** What ended badly or waits for a person is an alert; what went well resolves what was warned of. */
async function settleAlert({ alerts }: Pick<RoadDependencies, 'alerts'>, { projectId, stage, decidedBy, reason }: StepOnRequest): Promise<void> {
  await alerts.resolve(projectId, challengeAlert);
  if (stage === 'held' && decidedBy === 'gate') await alerts.raise({ projectId, kind: challengeAlert, sentence: `A challenger waits for a person: ${reason}` });
  if (stage === 'aborted' || stage === 'rolled_back') await alerts.raise({ projectId, kind: 'challenge_ended', sentence: `A challenger was ${stage === 'aborted' ? 'taken off the road' : 'rolled back'}: ${reason}` });
}
