import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Request } from 'express';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createEmbeddingBlocks } from '../../adapters/embeddings/embedding-store.ts';
import { createDecodingPool } from '../../adapters/images/decoding-pool.ts';
import { createSharpReader } from '../../adapters/images/sharp-reader.ts';
import { digestOfPreprocessing, modelFiles } from '../../adapters/onnx/model-files.ts';
import { createThreadedBackbones } from '../../adapters/onnx/inference-thread.ts';
import { createDatabase, createPool } from '../../adapters/postgres/connection.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createPeopleRepository } from '../../adapters/postgres/people-repository.ts';
import { createPredictionRepository } from '../../adapters/postgres/prediction-repository.ts';
import { createProjectRepository } from '../../adapters/postgres/project-repository.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { createRouteReader } from '../../adapters/postgres/route-reader.ts';
import { createServingStateRepository } from '../../adapters/postgres/serving-state-repository.ts';
import { createShadowRepository } from '../../adapters/postgres/shadow-repository.ts';
import { readActor } from '../../api/actor-token.ts';
import { actorIn, identify } from '../../api/access.ts';
import { createServingApp } from '../../api/serving-app.ts';
import { acceptImages } from '../../application/predictions/accept-images.ts';
import { type Arrived, groupNameOf } from '../../application/predictions/arrived.ts';
import { type AcceptReply, keepArrivals } from '../../application/predictions/keep-arrivals.ts';
import { tryImage } from '../../application/predictions/try-image.ts';
import { PerennialError } from '../../domain/errors.ts';
import { createInputBuffers } from '../../domain/input-buffers.ts';
import type { ServedModel } from '../../domain/ports-predictions.ts';
import type { Actor } from '../../domain/roles.ts';
import { createChampionWatcher } from '../../serving/champion-watcher.ts';
import { createContests } from '../../serving/contests.ts';
import { createInGroups } from '../../serving/in-groups.ts';
import { createInTurn } from '../../serving/in-turn.ts';
import { createKeptBriefly } from '../../serving/kept-briefly.ts';
import { createModelPool } from '../../serving/model-pool.ts';
import { createShadowLedger } from '../../serving/shadow-ledger.ts';
import { createLoadWithinMemory } from '../../serving/within-memory.ts';
import type { readConfig, serveConfig } from '../config.ts';
import { buildBase, clock, ids, sha256 } from './shared.ts';

/** A promotion is in service at the latest this long after it was made, and the time that its model takes to load. */
const watchMs = 500;
/** Who asks is looked up once in this long: a key that was revoked is refused after it. */
const keptMs = 1_000;
/** Inference threads that are started unless the configuration says how many; each holds the backbone once. */
const threadsMax = 4;
/** Inputs kept for the next image, about half a megabyte each. */
const inputsKept = 24;
/** Most requests whose rows share a transaction. */
const keptTogetherMax = 32;
/** Longest that an answer of a challenger is waited for before the champion's is given. */
const canaryMsMax = 2_000;
/** Most memory that a challenger may take beside the champion. */
const challengerBytesMax = 1.5 * 2 ** 30;

type Config = ReturnType<typeof readConfig<typeof serveConfig>>;

/** A serving process, put together. */
export function buildServing(config: Config) {
  const { logger, store } = buildBase('serving', config);
  const connections = createPool(config.DATABASE_URL);
  const database = createDatabase(connections);
  const people = createPeopleRepository(database);
  const projects = createProjectRepository(database);
  const served = createServedProjectRepository(database);
  const serving = createServingStateRepository(database);
  const processId = ids.next();
  const threads = config.SERVING_THREADS || Math.min(threadsMax, Math.max(1, availableParallelism() - 1));
  const loadBackbone = (bytes: Uint8Array) => createThreadedBackbones(bytes, threads);
  const inputs = createInputBuffers(inputsKept);
  const models = createModelRepository(database);
  const pool = createModelPool({
    records: models,
    projectBySlug: served.bySlug,
    loadBackbone: async (key) => loadBackbone(await store.get(key)),
    loadDefaultBackbone: async () => {
      if (config.BACKBONE_FILE === undefined) throw new PerennialError('PROJECT_HAS_NO_MODEL', 'There is no default backbone: set BACKBONE_FILE.');
      return loadBackbone(await readFile(config.BACKBONE_FILE));
    },
    loadHead: async (key) => modelFiles.decodeHead(await store.get(key)),
    now: () => performance.now(),
    batching: { batchSizeMax: config.BATCH_SIZE_MAX, batchDelayMsMax: config.BATCH_DELAY_MS_MAX, queueLengthMax: config.QUEUE_LENGTH_MAX, queueAgeMsMax: 20_000, runsMax: threads },
    onEmbedded: inputs.give,
    contest: (projectId, champion) => contests.contest(projectId, champion),
    onLoadFailed: (projectId, version, error) => { logger.error({ err: error, projectId, modelVersion: version.number }, 'the champion does not load; the one before answers'); },
    onSwap: (projectId, version) => {
      logger.info({ projectId, modelVersion: version.number }, 'champion answers');
    },
  });
  const shadow = createShadowLedger({
    records: createShadowRepository(database), processId, now: clock.now, random: Math.random,
    onFault: (fault) => {
      contests.drop(fault.projectId, fault.challengeId, fault.modelVersionId);
      logger.error(fault, 'a model on a route is at fault');
    },
    onError: (error) => { logger.warn({ err: error }, 'what was seen of challengers could not be written'); },
  });
  const contests = createContests({
    routesOf: createRouteReader(database).routesOf, versionById: models.versionById, load: createLoadWithinMemory({ load: pool.load, memory: process.memoryUsage.rss, growthMax: challengerBytesMax }),
    onFault: ({ projectId, route, modelVersionId, error }) => { shadow.fault({ projectId, route }, modelVersionId, error); },
  });
  const inTurn = createInTurn();
  const decoder = config.DECODE_IN_CHILD === 'no' ? null : createDecodingPool({ newInput: inputs.take, onDeath: (pictures) => { logger.warn({ pictures }, 'the decoder ended on a picture; what it had is decoded again, each alone'); } });
  const images = decoder ?? createSharpReader({ newInput: inputs.take });
  const elsewhereVersion = async (projectId: string, { producer, version }: { producer: string; version: string }) => {
    const { classSetId } = await served.byId(projectId);
    const record = {
      projectId, kind: 'elsewhere' as const, key: `elsewhere/${producer}/${version}`, producer, classSetId, runId: null, datasetVersionId: null, backboneDigest: null, backboneKey: null,
      preprocessing: null, preprocessingDigest: null, headKey: null, artifactKey: null, artifactSha256: null, artifactBytes: null, dimensions: null, mlflowVersion: null,
    };
    return models.insertVersion(record);
  };
  const records = createPredictionRepository(connections);
  const preprocessingDigest = (backbone: ServedModel['backbone']): string => digestOfPreprocessing(backbone.preprocessing);
  const keeping = { records, ids, sha256, shadow, random: Math.random, preprocessingDigest, blocks: createEmbeddingBlocks({ store, cacheDir: config.PERENNIAL_CACHE_DIR }) };
  const keeper = createInGroups<Arrived, AcceptReply>({
    groupOf: (arrived) => groupNameOf(arrived, preprocessingDigest(arrived.backbone)), groupSizeMax: keptTogetherMax, now: () => performance.now(), run: (group) => keepArrivals(keeping, group),
  });
  const accepting = { pool, images, store, sha256, records, elsewhereVersion, shadow, clock, random: Math.random, canaryMsMax, keep: keeper };
  const keys = createKeptBriefly(keptMs, () => performance.now(), people.keyBySecret);
  const projectOf = createKeptBriefly(keptMs, () => performance.now(), projects.bySlug);
  const cameraName = createKeptBriefly(keptMs, () => performance.now(), serving.cameraName);
  const actorOf = async (request: Request, slug: string): Promise<Actor> => {
    const project = await projectOf(slug);
    const token = request.get('x-perennial-actor');
    if (token !== undefined && config.AUTH_SECRET !== undefined) {
      const actor = readActor(token, config.AUTH_SECRET);
      if (actor !== null && project?.id === actor.projectId) return actor;
    }
    const caller = await identify({ keyBySecret: keys, session: async () => null }, request.headers);
    if (caller === null) throw new PerennialError('AUTH_REQUIRED');
    const actor = project === null ? null : await actorIn(caller, project.id, people.roleOf);
    if (actor === null) throw new PerennialError('PROJECT_NOT_FOUND');
    return actor;
  };
  let looked = false;
  let stopping = false;
  const slugs = new Map<string, string>();
  const watcher = createChampionWatcher({
    pool, contests, everyMs: watchMs,
    projectIds: async () => {
      const all = await served.all();
      for (const { id, slug } of all) slugs.set(id, slug);
      return all.map(({ id }) => id);
    },
    report: async (models, followed) => {
      looked = true;
      await serving.report(processId, models, followed);
      await shadow.flush();
    },
    onError: (error) => { logger.warn({ err: error }, 'the champions could not be looked up'); },
  });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'perennial_serving_' });
  const app = createServingApp({
    metrics, cameraName, stopping: () => stopping,
    logger, actorOf, imageBytesMax: 50 * 1024 * 1024, requestsMax: config.QUEUE_LENGTH_MAX,
    // Copies of a request that come while it runs wait for its reply instead of doing its work again.
    accept: (request) => inTurn(`${request.sentBy} ${request.key}`, () => acceptImages(accepting, request)),
    tryImage: (request) => tryImage({ pool, images }, request),
    state: () => ({ processId, projects: [...pool.served()].flatMap(([projectId, version]) => (slugs.has(projectId) ? [{ project: slugs.get(projectId) as string, modelVersionId: version.id, modelVersionNumber: version.number }] : [])) }),
    checks: {
      database: serving.check, store: () => store.check(),
      models: async () => { if (!looked) throw new PerennialError('SERVING_NOT_READY'); },
    },
  });
  return {
    app, logger,
    /** Looks up the champions, loads them, and goes on looking. */
    async start(): Promise<void> {
      decoder?.warm();
      await watcher.look().catch((error: unknown) => { logger.warn({ err: error }, 'the champions could not be looked up'); });
      watcher.start();
    },
    /** From now on new work is refused. */
    refuse(): void { stopping = true; },
    async close(): Promise<void> {
      await watcher.stop();
      decoder?.end();
      await shadow.flush();
      await serving.forget(processId).catch(() => undefined);
      await database.$disconnect();
      await connections.end();
    },
  };
}
