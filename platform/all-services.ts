import type { PlatformContext, RunningService, Say } from './context.ts';
import { startMlflow } from './services/mlflow.ts';
import { planObjectStore, startObjectStore } from './services/object-store.ts';
import { startPostgres } from './services/postgres.ts';
import { startTemporal } from './services/temporal.ts';

export type ServiceName = 'postgres' | 'object-store' | 'temporal' | 'mlflow';
export const serviceNames: readonly ServiceName[] = ['postgres', 'object-store', 'temporal', 'mlflow'];

/**
 * Starts the named services side by side. MLflow, asked for alone, brings the object store along.
 * @param sayFor where each service's progress goes
 * @returns one promise for each service, so that a task list can show them apart; all of them have begun
 */
export function beginServices(context: PlatformContext, names: readonly ServiceName[], sayFor: (name: ServiceName) => Say): Map<ServiceName, Promise<RunningService>> {
  const begun = new Map<ServiceName, Promise<RunningService>>();
  const begin = (name: ServiceName, starting: Promise<RunningService>): void => {
    // Whoever awaits it later sees the failure; until then it must not bring the process down.
    starting.catch(() => {});
    begun.set(name, starting);
  };
  const ownMlflow = names.includes('mlflow') && !context.environment['MLFLOW_TRACKING_URI'];
  if (names.includes('postgres')) begin('postgres', startPostgres(context, sayFor('postgres')));
  if (names.includes('temporal')) begin('temporal', startTemporal(context, sayFor('temporal')));
  if (names.includes('object-store') || ownMlflow) begin('object-store', startObjectStore(context, sayFor('object-store')));
  if (names.includes('mlflow')) begin('mlflow', planObjectStore(context).then((store) => startMlflow(context, store, sayFor('mlflow'))));
  return begun;
}
