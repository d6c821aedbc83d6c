import { PerennialError } from '../../domain/errors.ts';
import type { Challenge } from '../../domain/ports-challenges.ts';
import type { RoadDependencies } from './road-dependencies.ts';

/**
 * A person looked at why a challenger was rolled back: it may set out again. Clearing one that is clear changes nothing.
 * @throws PerennialError CHALLENGE_CONFLICT where the challenge did not end badly, or went on meanwhile
 */
export async function clearChallenger({ challenges, alerts }: Pick<RoadDependencies, 'challenges' | 'alerts'>, { id: challengeId, projectId }: Challenge, { by, reason }: { by: string; reason: string }): Promise<void> {
  const last = (await challenges.steps(challengeId)).at(-1);
  if (last?.stage === 'cleared') return;
  if (last?.stage !== 'rolled_back' && last?.stage !== 'aborted') throw new PerennialError('CHALLENGE_CONFLICT', 'The challenger was neither rolled back nor taken off the road.');
  await challenges.append({ projectId, challengeId, after: last.sequence, stage: 'cleared', shadowPercent: 0, canaryPercent: 0, decidedBy: by, reason, key: `${last.sequence}/cleared` });
  await alerts.resolve(projectId, 'challenge_ended');
}
