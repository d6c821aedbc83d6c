import type { ModelRegistry } from '../../domain/ports.ts';
import type { Alerts } from '../../domain/ports-challenges.ts';
import type { AliasRecords, ModelRecords } from '../../domain/ports-models.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import { type Failpoint, noFailpoints } from '../failpoint.ts';
import { registeredModelOf } from './register-run.ts';

export interface ReconcileDependencies {
  readonly records: ModelRecords;
  readonly registry: ModelRegistry;
  readonly aliases: AliasRecords;
  readonly alerts: Alerts;
  readonly failpoint?: Failpoint;
}

/** The alert that says so; it stays until a person has seen it. */
export const aliasMovedAlert = 'alias_moved';

/**
 * Puts MLflow's aliases right from Postgres, which alone says who is champion, and says what it found. The alias lags behind
 * a promotion by nature; where it is neither there nor where we last put it, somebody moved it: that is written down and told.
 * @throws PerennialError REGISTRY_UNAVAILABLE
 */
export async function reconcileChampion(deps: ReconcileDependencies, project: { id: string; slug: string }): Promise<StepOutcome> {
  const { failpoint = noFailpoints, aliases } = deps;
  const champion = await deps.records.champion(project.id);
  if (champion?.mlflowVersion == null) return { outcome: 'skipped', why: 'the champion is not in the registry' };
  const model = registeredModelOf(project.slug);
  const [found, lastSet] = [await deps.registry.aliasOf(model, 'champion'), await aliases.lastSet(project.id, 'champion')];
  if (found === champion.mlflowVersion) {
    // Set by a process that was killed before it could say so.
    if (lastSet !== found) await aliases.set({ projectId: project.id, alias: 'champion', from: lastSet, to: found });
    return { outcome: 'skipped', why: 'alias and champion agree' };
  }
  if (lastSet !== null && found !== lastSet) {
    const sentence = `The alias champion in MLflow was moved from version ${lastSet} to ${found ?? 'nothing'} by somebody else; version ${champion.mlflowVersion} is the champion, and the alias was put right.`;
    await aliases.moved({ projectId: project.id, alias: 'champion', from: lastSet, to: found, champion: champion.mlflowVersion });
    await deps.alerts.raise({ projectId: project.id, kind: aliasMovedAlert, sentence });
  }
  await failpoint('alias.before');
  await deps.registry.setAlias(model, 'champion', champion.mlflowVersion);
  await failpoint('alias.set');
  await aliases.set({ projectId: project.id, alias: 'champion', from: found, to: champion.mlflowVersion });
  return { outcome: 'done', why: `alias champion moved from ${found ?? 'nothing'} to ${champion.mlflowVersion}` };
}
