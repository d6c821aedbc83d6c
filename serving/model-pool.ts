import { isPerennialError, PerennialError } from '../domain/errors.ts';
import type { Backbone, Head } from '../domain/ports.ts';
import type { ModelRecords, ModelVersion } from '../domain/ports-models.ts';
import type { ModelPool, ServedModel, ServedProject } from '../domain/ports-predictions.ts';
import { isModelFault } from '../domain/shadow.ts';
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
  /** A champion that does not load; the one before goes on answering. */
  readonly onLoadFailed?: (projectId: string, version: ModelVersion, error: unknown) => void;
  /** The other model of the champion's route. */
  readonly contest?: ModelPool['contest'];
}

/** A change of champion or policy is seen at the latest after this long. */
const freshMs = 500;
/** While a new champion loads, and while the database is away, the one before answers; for no longer than this without being asked. */
const staleMs = 5_000;

/** What nobody asked for this long is unloaded: longer than a request may take, so none that began on it finds it closed. */
const unusedMs = 150_000;
/** A file that does not load is not tried again for this long. */
const brokenMs = 30_000;

interface Kept<T> {
  readonly at: number;
  readonly value: T;
}

export interface LoadedModels {
  served(): ReadonlyMap<string, ModelVersion>;
  /** Loads a version, or gives what is loaded, and keeps it for as long as it is asked for. */
  load(version: ModelVersion): Promise<ServedModel>;
  /** Lets go of what was not asked for lately and is not needed to go back. */
  sweep(): Promise<void>;
}

/**
 * One session a backbone, any number of heads. A new champion is loaded whole before it answers; requests that began on
 * the old one end on it, and it stays loaded, so that going back costs nothing. What neither answers, nor answered before,
 * nor is on a route is unloaded.
 */
export function createModelPool(deps: ModelPoolDependencies): ModelPool & LoadedModels {
  const backbones = new Map<string, Promise<Backbone>>();
  const heads = new Map<string, Promise<Head>>();
  const batchers = new Map<Backbone, Batcher<Float32Array, Awaited<ReturnType<Backbone['run']>>[number]>>();
  const projects = new Map<string, Kept<Promise<ServedProject>>>();
  const champions = new Map<string, Kept<Promise<ServedModel>>>();
  const served = new Map<string, ModelVersion>();
  /** What answers now, and what answered before it. */
  const current = new Map<string, ServedModel>();
  const former = new Map<string, ServedModel>();
  const usedAt = new Map<string, number>();
  const broken = new Map<string, Kept<unknown>>();
  const running = new Map<Backbone, number>();
  const looking = new Set<string>();

  /** Loads once; a failed load is forgotten, at once or, where the file itself is at fault, after a while. */
  function once<T>(map: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
    usedAt.set(key, deps.now());
    const failed = broken.get(key);
    if (failed !== undefined && deps.now() - failed.at < brokenMs) return Promise.reject(failed.value);
    const found = map.get(key);
    if (found !== undefined) return found;
    const loading = load();
    map.set(key, loading);
    loading.catch((error: unknown) => {
      map.delete(key);
      if (isModelFault(error)) broken.set(key, { at: deps.now(), value: error });
    });
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
    const before = current.get(projectId);
    const model = await load(version).catch((error: unknown) => {
      // A promoted model that does not load never takes over: promotions that wait for serving see that it did not follow.
      if (before === undefined || !isModelFault(error)) throw error;
      deps.onLoadFailed?.(projectId, version, error);
      return before;
    });
    if (before?.version.id !== model.version.id) {
      if (before !== undefined) former.set(projectId, before);
      current.set(projectId, model);
      served.set(projectId, model.version);
      deps.onSwap?.(projectId, model.version);
    }
    return model;
  }

  async function run(backbone: Backbone, input: Float32Array, signal?: AbortSignal) {
    running.set(backbone, (running.get(backbone) ?? 0) + 1);
    try {
      return await batcherOf(backbone).submit(input, signal);
    } catch (error) {
      if (isPerennialError(error) && error.code === 'SERVING_NOT_READY') await forget(backbone);
      throw error;
    } finally {
      const left = (running.get(backbone) ?? 1) - 1;
      if (left > 0) running.set(backbone, left);
      else running.delete(backbone);
      deps.onEmbedded?.(input);
    }
  }

  /** What ran it has ended: the next look loads it anew. */
  async function forget(backbone: Backbone): Promise<void> {
    batchers.delete(backbone);
    for (const [key, loading] of backbones) {
      if ((await loading.catch(() => null)) === backbone) backbones.delete(key);
    }
  }

  async function sweep(): Promise<void> {
    const needed = new Set([...current.values(), ...former.values()].flatMap(({ version: { backboneKey, headKey } }) => [backboneKey, headKey]));
    const unused = (key: string): boolean => !needed.has(key) && deps.now() - (usedAt.get(key) ?? 0) >= unusedMs;
    for (const key of [...heads.keys()].filter(unused)) heads.delete(key);
    for (const key of [...backbones.keys()].filter(unused)) {
      const backbone = await backbones.get(key)?.catch(() => null);
      // Asked for again while we looked, or at work.
      if (backbone == null || running.has(backbone) || !unused(key)) continue;
      backbones.delete(key);
      batchers.delete(backbone);
      await backbone.close();
    }
    for (const key of [...usedAt.keys()].filter(unused)) if (!backbones.has(key)) usedAt.delete(key);
    for (const [key, { at }] of broken) if (deps.now() - at >= brokenMs) broken.delete(key);
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
    contest: (projectId, champion) => deps.contest?.(projectId, champion) ?? null,
    embed: run,
    served: () => served,
    load, sweep,
  };
}
