import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createFullRetrainActivities } from '../../activities/full-retrain.ts';
import { createHeadTrainer } from '../../activities/head-trainer.ts';
import { withFailureMap } from '../../activities/failure-map.ts';
import { heartbeatMs, withHeartbeats } from '../../activities/heartbeats.ts';
import { createRoadActivities } from '../../activities/road.ts';
import { createReviewActivities } from '../../activities/reviews.ts';
import { createRunReport } from '../../activities/run-report.ts';
import { createTrainingActivities } from '../../activities/training.ts';
import { createSharpReader } from '../../adapters/images/sharp-reader.ts';
import { createRunPlots } from '../../adapters/images/run-plots.ts';
import { createMlflowRegistry } from '../../adapters/mlflow/mlflow-registry.ts';
import { timeModelInChild } from '../../adapters/onnx/loading-child.ts';
import { createOnnxMatrixProducts } from '../../adapters/onnx/matrix-products.ts';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { createAlertRepository } from '../../adapters/postgres/alert-repository.ts';
import { createAliasRecords } from '../../adapters/postgres/alias-records.ts';
import { createArrivalWindows } from '../../adapters/postgres/arrival-windows.ts';
import { createChallengeRepository } from '../../adapters/postgres/challenge-repository.ts';
import { createDrillRepository } from '../../adapters/postgres/drill-repository.ts';
import { createImportRepository } from '../../adapters/postgres/import-repository.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createReviewRepository } from '../../adapters/postgres/review-repository.ts';
import { createRoadFigures } from '../../adapters/postgres/road-figures.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { createServingStateRepository } from '../../adapters/postgres/serving-state-repository.ts';
import { createViewRepository } from '../../adapters/postgres/view-repository.ts';
import { createListeners } from '../../adapters/temporal/listeners.ts';
import { createTemporalWorkflows } from '../../adapters/temporal/temporal-workflows.ts';
import { workflowBundle } from '../../adapters/temporal/workflow-bundle.ts';
import { drillRollback } from '../../application/challenges/drill-rollback.ts';
import { keepRoads, tellRoadsOfFaults } from '../../application/challenges/keep-roads.ts';
import { lookAtRoad } from '../../application/challenges/look-at-road.ts';
import { promoteChallenger, rollBackChallenger } from '../../application/challenges/move-champion.ts';
import { openChallenge } from '../../application/challenges/set-out.ts';
import { stepOn } from '../../application/challenges/step-on.ts';
import { createImageViews, makeViewsAhead } from '../../application/images/image-views.ts';
import { createBackboneSource } from '../../application/models/backbone-source.ts';
import { judgeChallenger } from '../../application/models/judge-challenger.ts';
import { measureRunningCosts } from '../../application/models/measure-running-costs.ts';
import { createModelInputViews } from '../../application/models/model-input-views.ts';
import { prepareFull } from '../../application/models/prepare-full.ts';
import { promoteVersion } from '../../application/models/promote-version.ts';
import { reconcileChampion } from '../../application/models/reconcile-champion.ts';
import { registerImports } from '../../application/models/register-import.ts';
import { registerFull } from '../../application/models/register-full.ts';
import { registeredModelOf } from '../../application/models/register-run.ts';
import { trainVersion } from '../../application/models/train-version.ts';
import { deliverOutbox } from '../../application/review/deliver-outbox.ts';
import { huntLabelErrors } from '../../application/review/hunt-label-errors.ts';
import { trainerTaskQueue } from '../../contracts/training.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/ports.ts';
import { crossValidatedPredictions } from '../../training/cross-validated-predictions.ts';
import type { readConfig, workerConfig } from '../config.ts';
import { buildFailpoint } from './failpoints.ts';
import { buildDatasetVersions, buildEmbeddingFiller, buildEmbeddingReader, buildFreezing, buildServingFollows, wait } from './models.ts';
import { buildCommon, clock, sha256 } from './shared.ts';

type Config = ReturnType<typeof readConfig<typeof workerConfig>>;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Workflows, and the rooms that they may reach: the import rules hold it to these. */
const bundled = { workflowsPath: join(root, 'workflows', 'index.ts'), sourceFolders: ['workflows', 'domain', 'statistics', 'contracts'].map((room) => join(root, room)) };

/** Of the heads that look for wrong labels: what `trainHead` takes where it has too few images to choose; the same labels are disputed every time. */
const [huntL2, huntSeed] = [0.1, 20261124];
/** How often settled items are told to their rounds, and the registry's aliases put right. */
const relayMs = 500;
const reconcileMs = 10_000;
/** A model that is at fault answers nobody any more; its road ends about this much later. */
const faultsMs = 1_000;
/** How often the registry is told of models that came from outside. */
const registerImportsMs = 2_000;
/** How often images that annotators will ask for are looked for; while there are some, they are made one after another. */
const viewsAheadMs = 1_000;

/** Every step, put together. */
function buildActivities(config: Config, common: ReturnType<typeof buildCommon>, registry: ModelRegistry, listeners: ReturnType<typeof createListeners>) {
  const { database, store } = common;
  const records = createModelRepository(database);
  const freezing = buildFreezing(database, store);
  const [datasets, holdouts] = [buildDatasetVersions(freezing), freezing.records];
  const embeddings = buildEmbeddingReader(database, store, config.PERENNIAL_CACHE_DIR);
  const served = createServedProjectRepository(database);
  const reviews = createReviewRepository(database);
  const servingFollows = buildServingFollows(database);
  const readDefault = async (): Promise<Uint8Array> => {
    if (config.BACKBONE_FILE === undefined) throw new PerennialError('PROJECT_HAS_NO_MODEL', 'There is no default backbone: set BACKBONE_FILE.');
    return readFile(config.BACKBONE_FILE);
  };
  // The family's other members lie beside the default one, where they were fetched.
  const readNamed = async (name: string): Promise<Uint8Array | null> => (config.BACKBONE_FILE === undefined ? null : readFile(join(dirname(config.BACKBONE_FILE), `${name}.onnx`)).catch(() => null));
  const classes = async (projectId: string) => { const project = await served.byId(projectId); return { id: project.classSetId, classes: project.classes }; };
  const shared = { records, datasets, embeddings, files: modelFiles, store, clock, classes };
  const products = createOnnxMatrixProducts({ threads: config.TRAINING_THREADS });
  const training = {
    ...shared, registry, filler: buildEmbeddingFiller(database, store, { cacheDir: config.PERENNIAL_CACHE_DIR, threads: config.TRAINING_THREADS }), backbones: createBackboneSource({ store, files: modelFiles, readDefault, readNamed }), report: createRunReport(createRunPlots()),
    trainer: createHeadTrainer({ products, now: () => performance.now() }), arrivals: createArrivalWindows(database),
  };
  const [alerts, challenges] = [createAlertRepository(database), createChallengeRepository(database)];
  const failpoint = buildFailpoint(config);
  const reconcile = async (projectId: string) => reconcileChampion({ records, registry, aliases: createAliasRecords(database), alerts, failpoint }, await served.byId(projectId));
  const views = createModelInputViews({ records: createViewRepository(database), store, images: createSharpReader(), sha256 });
  const policy = async (projectId: string) => (await served.byId(projectId)).policy;
  const road = { challenges, records, figures: createRoadFigures(database), alerts, policy, clock, random: Math.random };
  const moving = { records, clock, servingFollows, challenges, failpoint };
  const steps = {
    ...createRoadActivities({
      open: (request) => openChallenge(road, request),
      look: (of) => lookAtRoad(road, of),
      approve: (approval) => challenges.approve(approval),
      stepOn: (request) => stepOn({ challenges, alerts, failpoint }, request),
      promote: (request) => promoteChallenger(moving, request),
      rollBack: (request) => rollBackChallenger(moving, request),
      drill: (request) => drillRollback({ challenges, records, policy, alerts, drills: createDrillRepository(database), states: createServingStateRepository(database), now: () => performance.now(), wait }, request),
    }),
    ...createFullRetrainActivities({
      records, trainerListens: () => listeners.listensTo(trainerTaskQueue), projectSlug: async (projectId) => (await served.byId(projectId)).slug,
      prepare: (request) => prepareFull({ ...training, views, policy }, request),
      register: (request) => registerFull(training, request),
    }),
    ...createTrainingActivities({
      records, datasets, projectSlug: async (projectId) => (await served.byId(projectId)).slug, labelsMin: async (projectId) => (await served.byId(projectId)).policy.retrain.labelsMin,
      train: (request) => trainVersion(training, request),
      judge: (request) => judgeChallenger({
        ...shared, policy, looks: async (projectId) => (await holdouts.holdoutStanding(projectId)).reference.looks,
        runningCosts: (versions) => measureRunningCosts({ store, time: timeModelInChild }, versions),
      }, request),
      promote: (request) => promoteVersion(moving, request),
      reconcile,
      setChallenger: async (projectId, version) => {
        if (version.mlflowVersion !== null) await registry.setAlias(registeredModelOf((await served.byId(projectId)).slug), 'challenger', version.mlflowVersion);
      },
    }),
    ...createReviewActivities({
      collect: async (input) => { const { policy, policyVersionId } = await served.byId(input.projectId); return reviews.collectRound({ ...input, policy, policyVersionId }); },
      roundState: (input) => reviews.roundState(input),
      close: (input) => reviews.closeRound(input),
      hunt: (input) => huntLabelErrors({ records, datasets, embeddings, reviews, project: (projectId) => served.byId(projectId), heldOut: (set) => crossValidatedPredictions(products, { ...set, l2: huntL2, seed: huntSeed }) }, input),
      labelsSinceTraining: async (projectId) => {
        const newest = (await records.versions(projectId, 1))[0];
        return { labels: await records.labelsSince(projectId, newest?.createdAt ?? null), startAt: (await served.byId(projectId)).policy.retrain.afterLabels };
      },
    }),
  };
  return { steps: withHeartbeats(withFailureMap(steps)), reviews, served, reconcile, challenges };
}

/** The worker: workflows, steps, the relay of settled items and the reconciler of aliases. */
export async function buildWorker(config: Config) {
  const common = buildCommon('worker', config);
  const { logger } = common;
  Runtime.install({ logger: new DefaultLogger('WARN', ({ level, message, meta: { error, ...meta } = {} }) => logger[level === 'ERROR' ? 'error' : 'warn']({ ...meta, ...(error !== undefined && { err: error }) }, message)) });
  const registry = createMlflowRegistry({ trackingUri: config.MLFLOW_TRACKING_URI ?? 'http://127.0.0.1:5000', clock });
  const listeners = createListeners({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
  const { steps, reviews, served, reconcile, challenges } = buildActivities(config, common, registry, listeners);
  const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection, namespace: config.TEMPORAL_NAMESPACE, taskQueue: 'perennial', workflowBundle: await workflowBundle({ ...bundled, cacheDir: config.PERENNIAL_CACHE_DIR }), activities: steps,
    maxConcurrentActivityTaskExecutions: 8, maxHeartbeatThrottleInterval: heartbeatMs, shutdownGraceTime: '20 seconds', shutdownForceTime: '25 seconds',
  });
  const workflows = createTemporalWorkflows({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
  const relay = repeat(relayMs, () => deliverOutbox({ outbox: reviews, workflows }), (error) => logger.warn({ err: error }, 'settled items were not told to their rounds; trying again'));
  const reconciler = repeat(reconcileMs, async () => { for (const project of await served.all()) await reconcile(project.id); }, (error) => logger.warn({ err: error }, 'aliases were not checked; trying again'));
  const roads = repeat(reconcileMs, () => keepRoads({ challenges, workflows }), (error) => logger.warn({ err: error }, 'roads were not checked; trying again'));
  const faults = repeat(faultsMs, () => tellRoadsOfFaults({ challenges, workflows }), (error) => logger.warn({ err: error }, 'roads were not told of faults; trying again'));
  const imports = createImportRepository(common.database);
  const registrar = repeat(registerImportsMs, () => registerImports({ imports, registry, store: common.store, clock }), (error) => logger.warn({ err: error }, 'an imported model was not registered; trying again'));
  const passed = new Set<string>();
  const stored = createViewRepository(common.database);
  const images = createImageViews({ store: common.store, views: stored, view: createSharpReader().view, sha256 });
  const views = repeat(viewsAheadMs, () => makeViewsAhead({ images, missing: stored.missing, passed, onFailure: (error) => logger.warn({ err: error }, 'an image in review cannot be shown') }), (error) => logger.warn({ err: error }, 'images for review were not prepared; trying again'));
  return {
    logger, worker,
    async close(): Promise<void> {
      relay.stop();
      reconciler.stop();
      roads.stop();
      faults.stop();
      registrar.stop();
      views.stop();
      await Promise.allSettled([connection.close(), workflows.close(), listeners.close(), common.database.$disconnect()]);
    },
  };
}

/** Does something again and again, never twice at once; a failure is told and does not end it. */
function repeat(everyMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): { stop(): void } {
  let stopped = false;
  const again = async (): Promise<void> => {
    while (!stopped) {
      await work().catch(onError);
      await new Promise((resolve) => { setTimeout(resolve, everyMs).unref(); });
    }
  };
  void again();
  return { stop: () => { stopped = true; } };
}
