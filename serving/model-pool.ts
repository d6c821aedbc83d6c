import { PerennialError } from '../domain/errors.ts';
import type { Backbone, Head } from '../domain/ports.ts';
import type { ModelRecords, ModelVersion } from '../domain/ports-models.ts';
import type { ModelPool, ServedModel, ServedProject } from '../domain/ports-predictions.ts';
import { type Batcher, createBatcher } from './batcher.ts';

export interface ModelPoolDependencies {
  readonly records: Pick<ModelRecords, 'champion' | 'versionByNumber'>;
  readonly projectBySlug: (slug: string) => Promise<ServedProject>;
  readonly loadBackbone: (key: string) => Promise<Backbone>;
  readonly loadDefaultBackbone: () => Promise<Backbone>;
  readonly loadHead: (key: string) => Promise<Head>;
  readonly now: () => number;
  readonly batching: { batchSizeMax: number; batchDelayMsMax: number; queueLengthMax: number; queueAgeMsMax: number; runsMax?: number };
  /** An input that nobody reads any more. */
  readonly onEmbedded?: (input: Float32Array) => void;
  readonly onSwap?: (projectId: string, version: ModelVersion) => void;
}

/** A change of champion or policy is seen at the latest after this long. */
const freshMs = 500;
/** While a new champion loads, and while the database is away, the one before answers; for no longer than this without being asked. */
const staleMs = 5_000;

interface Kept<T> {
  readonly at: number;
  readonly value: T;
}

/**
 * One session a backbone, any number of heads. A new champion is loaded whole before it answers; requests that began on
 * the old one end on it, and it stays loaded, so that going back costs nothing.
 */
export function createModelPool(deps: ModelPoolDependencies): ModelPool & { served(): ReadonlyMap<string, ModelVersion> } {
  const backbones = new Map<string, Promise<Backbone>>();
  const heads = new Map<string, Promise<Head>>();
  const batchers = new Map<Backbone, Batcher<Float32Array, Awaited<ReturnType<Backbone['run']>>[number]>>();
  const projects = new Map<string, Kept<Promise<ServedProject>>>();
  const champions = new Map<string, Kept<Promise<ServedModel>>>();
  const served = new Map<string, ModelVersion>();
  const looking = new Set<string>();

  /** Loads once; a failed load is forgotten, so that the next one tries again. */
  function once<T>(map: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
    const found = map.get(key);
    if (found !== undefined) return found;
    const loading = load();
    map.set(key, loading);
    loading.catch(() => map.delete(key));
    return loading;
  }
  function fresh<T>(map: Map<string, Kept<Promise<T>>>, key: string, load: () => Promise<T>): Promise<T> {
    const found = map.get(key);
    if (found !== undefined && deps.now() - found.at < freshMs) return found.value;
    const value = load();
    map.set(key, { at: deps.now(), value });
    value.catch(() => map.delete(key));
    return value;
  }

  /** As `fresh`, but what was loaded before answers until the next is loaded whole: a swap keeps no request waiting. */
  function freshOrBefore<T>(map: Map<string, Kept<Promise<T>>>, key: string, load: () => Promise<T>): Promise<T> {
    const found = map.get(key);
    if (found === undefined || deps.now() - found.at >= staleMs) return fresh(map, key, load);
    if (deps.now() - found.at < freshMs) return found.value;
    if (looking.has(key)) return found.value;
    // One look at a time, so that an older answer never replaces a newer one.
    looking.add(key);
    load().then((value) => map.set(key, { at: deps.now(), value: Promise.resolve(value) }), () => undefined).finally(() => looking.delete(key));
    return found.value;
  }

  async function load(version: ModelVersion): Promise<ServedModel> {
    const { backboneKey, headKey } = version;
    if (backboneKey === null || headKey === null) throw new PerennialError('PROJECT_HAS_NO_MODEL');
    const [backbone, head] = await Promise.all([once(backbones, backboneKey, () => deps.loadBackbone(backboneKey)), once(heads, headKey, () => deps.loadHead(headKey))]);
    return { version, backbone, head };
  }

  async function loadChampion(projectId: string): Promise<ServedModel> {
    const version = await deps.records.champion(projectId);
    if (version === null) throw new PerennialError('PROJECT_HAS_NO_MODEL');
    const model = await load(version);
    if (served.get(projectId)?.id !== version.id) {
      served.set(projectId, version);
      deps.onSwap?.(projectId, version);
    }
    return model;
  }

  function batcherOf(backbone: Backbone): Batcher<Float32Array, Awaited<ReturnType<Backbone['run']>>[number]> {
    const found = batchers.get(backbone) ?? createBatcher({ ...deps.batching, now: deps.now, run: (inputs) => backbone.run(inputs) });
    batchers.set(backbone, found);
    return found;
  }

  return {
    project: (slug) => fresh(projects, slug, () => deps.projectBySlug(slug)),
    champion: (projectId) => freshOrBefore(champions, projectId, () => loadChampion(projectId)),
    async version(projectId, number) {
      const version = await deps.records.versionByNumber(projectId, number);
      if (version === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', undefined, { number });
      return load(version);
    },
    async backboneFor(projectId) {
      const version = await deps.records.champion(projectId);
      return version?.backboneKey == null ? once(backbones, 'default', deps.loadDefaultBackbone) : (await load(version)).backbone;
    },
    embed: (backbone, input, signal) => batcherOf(backbone).submit(input, signal).finally(() => deps.onEmbedded?.(input)),
    served: () => served,
  };
}
