import { PerennialError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/ports-models.ts';
import type { ServedModel } from '../domain/ports-predictions.ts';

export interface WithinMemoryDependencies {
  readonly load: (version: ModelVersion) => Promise<ServedModel>;
  /** Bytes that this process has in memory now. */
  readonly memory: () => number;
  /** Most that loading one challenger may add, and most bytes that its file may have. */
  readonly growthMax: number;
}

/**
 * Loads a model of a route and refuses one that takes too much beside the champion: by the size of its file before it is
 * loaded, and by what the process grew by after. What others did meanwhile is counted with it, so the limit is a wide one.
 */
export function createLoadWithinMemory({ load, memory, growthMax }: WithinMemoryDependencies): (version: ModelVersion) => Promise<ServedModel> {
  const known = new Set<string>();
  return async (version) => {
    const { id, artifactBytes } = version;
    if ((artifactBytes ?? 0) > growthMax) throw new PerennialError('MODEL_TOO_LARGE', undefined, { what: 'file', bytes: artifactBytes, limit: growthMax });
    const before = memory();
    const model = await load(version);
    const growth = memory() - before;
    // What is loaded already grows by nothing; only the first time tells.
    if (!known.has(id) && growth > growthMax) throw new PerennialError('MODEL_TOO_LARGE', 'Loading the model took more memory than a challenger may.', { bytes: growth, limit: growthMax });
    known.add(id);
    return model;
  };
}
