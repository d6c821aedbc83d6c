import type { ModelPool } from '../domain/ports-predictions.ts';
import type { ModelVersion } from '../domain/ports-models.ts';
import type { Contests } from './contests.ts';
import type { LoadedModels } from './model-pool.ts';

export interface ChampionWatcherDependencies {
  readonly pool: Pick<ModelPool, 'champion'> & Pick<LoadedModels, 'served' | 'sweep'>;
  readonly contests: Pick<Contests, 'look' | 'followed'>;
  readonly projectIds: () => Promise<readonly string[]>;
  /** Writes what this process runs, for whoever compares it with what should run. */
  readonly report: (served: ReadonlyMap<string, ModelVersion>, followed: ReturnType<Contests['followed']>) => Promise<void>;
  readonly everyMs: number;
  readonly onError: (error: unknown) => void;
}

/** Every look loads what was promoted or is on a route, before a request asks for it, says what runs, and unloads what is not needed. */
export function createChampionWatcher(deps: ChampionWatcherDependencies): { look(): Promise<void>; start(): void; stop(): Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let looking: Promise<void> = Promise.resolve();
  let stopped = false;
  async function look(): Promise<void> {
    const ids = await deps.projectIds();
    // A project without a model is not an error; neither is one whose model does not load a reason to forget the others.
    await Promise.allSettled(ids.map((id) => deps.pool.champion(id)));
    await deps.contests.look(ids);
    await deps.report(deps.pool.served(), deps.contests.followed());
    await deps.pool.sweep();
  }
  function next(): void {
    if (stopped) return;
    timer = setTimeout(() => { looking = look().catch(deps.onError).finally(next); }, deps.everyMs);
  }
  return {
    look,
    start: next,
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await looking;
    },
  };
}
