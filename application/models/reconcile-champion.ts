import type { ModelRegistry } from '../../domain/ports.ts';
import type { ModelRecords } from '../../domain/ports-models.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import { registeredModelOf } from './register-run.ts';

/**
 * Puts MLflow's aliases right from Postgres, which alone says who is champion, and says what it found.
 * @throws PerennialError REGISTRY_UNAVAILABLE
 */
export async function reconcileChampion(deps: { records: ModelRecords; registry: ModelRegistry }, project: { id: string; slug: string }): Promise<StepOutcome> {
  const champion = await deps.records.champion(project.id);
  if (champion?.mlflowVersion == null) return { outcome: 'skipped', why: 'the champion is not in the registry' };
  const model = registeredModelOf(project.slug);
  const before = await deps.registry.aliasOf(model, 'champion');
  if (before === champion.mlflowVersion) return { outcome: 'skipped', why: 'alias and champion agree' };
  await deps.registry.setAlias(model, 'champion', champion.mlflowVersion);
  return { outcome: 'done', why: `alias champion moved from ${before ?? 'nothing'} to ${champion.mlflowVersion}` };
}
