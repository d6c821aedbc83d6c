import { createSignIn } from '../../adapters/auth/better-auth.ts';
import { createEmbeddingBlocks } from '../../adapters/embeddings/embedding-store.ts';
import { createSharpReader } from '../../adapters/images/sharp-reader.ts';
import { createMlflowRegistry } from '../../adapters/mlflow/mlflow-registry.ts';
import { createHeadProducts } from '../../adapters/onnx/head-products.ts';
import { defaultChildLimits } from '../../adapters/onnx/loading-child.ts';
import { createModelImporter } from '../../adapters/onnx/model-importer.ts';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { createAlertRepository } from '../../adapters/postgres/alert-repository.ts';
import { createChallengeRepository } from '../../adapters/postgres/challenge-repository.ts';
import { createDrillRepository } from '../../adapters/postgres/drill-repository.ts';
import { createCameraReader } from '../../adapters/postgres/camera-reader.ts';
import { createHistoryReader } from '../../adapters/postgres/history-reader.ts';
import { createImportRepository } from '../../adapters/postgres/import-repository.ts';
import { createKeyedReplies } from '../../adapters/postgres/keyed-reply-repository.ts';
import { createLineageRepository } from '../../adapters/postgres/lineage-repository.ts';
import { createModelDetails } from '../../adapters/postgres/model-details.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createPeopleRepository } from '../../adapters/postgres/people-repository.ts';
import { createPictureReader } from '../../adapters/postgres/picture-reader.ts';
import { createPredictionReader } from '../../adapters/postgres/prediction-reader.ts';
import { createProjectRepository } from '../../adapters/postgres/project-repository.ts';
import { createReviewRepository } from '../../adapters/postgres/review-repository.ts';
import { createRoadFigures } from '../../adapters/postgres/road-figures.ts';
import { createSignInAttempts } from '../../adapters/postgres/sign-in-attempts.ts';
import { createStoredAnswers } from '../../adapters/postgres/stored-answers.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { createViewRepository } from '../../adapters/postgres/view-repository.ts';
import { createTemporalWorkflows } from '../../adapters/temporal/temporal-workflows.ts';
import { createImageUrls, createViewRoutes } from '../../api/image-urls.ts';
import { createChallengeRoutes } from '../../api/routes/challenges.ts';
import { createCameraRoutes } from '../../api/routes/cameras.ts';
import { createDatasetRoutes } from '../../api/routes/datasets.ts';
import { createHindsightRoutes } from '../../api/routes/hindsight.ts';
import { createHistoryRoutes } from '../../api/routes/history.ts';
import { createLineageRoutes } from '../../api/routes/lineage.ts';
import { createModelEvaluationRoutes } from '../../api/routes/model-evaluation.ts';
import { createModelImportRoutes } from '../../api/routes/model-imports.ts';
import { createModelRoutes } from '../../api/routes/models.ts';
import { createPictureRoutes } from '../../api/routes/pictures.ts';
import { createPredictionRoutes } from '../../api/routes/predictions.ts';
import { createProjectRoutes } from '../../api/routes/projects.ts';
import { createReviewRoutes } from '../../api/routes/reviews.ts';
import { createScheduleRoutes } from '../../api/routes/schedules.ts';
import { createByteBudget } from '../../api/receive-images.ts';
import { modelBytesMax } from '../../api/receive-model.ts';
import { createApp } from '../../api/server.ts';
import { createHoldoutAnswers } from '../../application/models/holdout-answers.ts';
import { importModel } from '../../application/models/import-model.ts';
import { createImageViews } from '../../application/images/image-views.ts';
import { createFeatureMaps } from '../../application/review/feature-maps.ts';
import { createNeighbours } from '../../application/review/neighbours.ts';
import type { apiConfig, readConfig } from '../config.ts';
import { buildFailpoint } from './failpoints.ts';
import { buildDatasetVersions, buildEmbeddingReader, buildFreezing, buildServingFollows } from './models.ts';
import { buildCommon, clock, sha256 } from './shared.ts';

type Config = ReturnType<typeof readConfig<typeof apiConfig>>;

/** Reading and trying a model that comes in, all attempts together; a machine may be busy training meanwhile. */
const importSecondsMax = 60;

/** The api process, put together. */
export function buildApi(config: Config) {
  const { logger, database, store } = buildCommon('api', config);
  const [people, projects, records, served] = [createPeopleRepository(database), createProjectRepository(database), createModelRepository(database), createServedProjectRepository(database)];
  const workflows = createTemporalWorkflows({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
  const registry = config.MLFLOW_TRACKING_URI === undefined ? null : createMlflowRegistry({ trackingUri: config.MLFLOW_TRACKING_URI, clock });
  const loopback = [`localhost:${config.API_PORT}`, `127.0.0.1:${config.API_PORT}`];
  const { protocol } = new URL(config.PUBLIC_URL);
  const signIn = createSignIn({
    database, secret: config.AUTH_SECRET, publicUrl: config.PUBLIC_URL, trustedOrigins: [config.PUBLIC_URL, ...loopback.map((host) => `${protocol}//${host}`)], onSignIn: (userId) => people.signedIn(userId), mayTry: createSignInAttempts(database),
  });
  const urls = createImageUrls(config.AUTH_SECRET, () => Date.now());
  const freezing = buildFreezing(database, store);
  const classes = async (projectId: string) => (await served.byId(projectId)).classes;
  const [reviews, views] = [createReviewRepository(database), createViewRepository(database)];
  const [embeddings, pictures] = [buildEmbeddingReader(database, store, config.PERENNIAL_CACHE_DIR), createPictureReader(database)];
  const policy = async (projectId: string) => (await served.byId(projectId)).policy;
  const reader = createSharpReader();
  const images = createImageViews({ store, views, view: reader.view, sha256 });
  // One thread: who labels comes before who looks at maps. The runtime is brought in when somebody does, for it takes memory.
  const featureMaps = createFeatureMaps({ store, original: images.original, modelInput: reader.modelInput, load: async (bytes) => (await import('../../adapters/onnx/onnx-backbone.ts')).createOnnxBackbone(bytes, { threads: 1 }) });
  const routes = [
    ...createProjectRoutes({ projects, people, createPerson: (person) => signIn.createPerson(person), projectById: (id) => served.byId(id), champion: (id) => records.champion(id), publicUrl: config.PUBLIC_URL }),
    ...createReviewRoutes({
      reviews, versionByNumber: records.versionByNumber, activation: { store, files: modelFiles, featureMap: featureMaps.of }, neighbours: createNeighbours({ reviews, embeddings, now: () => performance.now() }), policy: (projectId) => served.byId(projectId), classes, workflows,
      sign: urls.sign, imageExists: async (projectId, imageId) => (await views.original(projectId, imageId)) !== null, importGroups: (projectId, groups) => freezing.records.rememberGroups(projectId, groups),
    }),
    ...createPredictionRoutes({ predictions: createPredictionReader(database), servedProject: (slug) => served.bySlug(slug), random: Math.random }),
    ...createDatasetRoutes({ ...freezing, classes }),
    ...createModelRoutes({ records, datasets: { byId: freezing.records.versionById }, workflows, clock, servingFollows: buildServingFollows(database), failpoint: buildFailpoint(config), policy }),
    ...createChallengeRoutes({
      challenges: createChallengeRepository(database), records, figures: createRoadFigures(database), alerts: createAlertRepository(database), drills: createDrillRepository(database), policy, clock, random: Math.random, workflows,
    }),
    ...createHindsightRoutes({
      records, stored: createStoredAnswers(database), store, files: modelFiles, policy,
      readInto: createEmbeddingBlocks({ store, cacheDir: config.PERENNIAL_CACHE_DIR }).readInto, bindHead: createHeadProducts(1),
    }),
    ...createModelEvaluationRoutes({
      records, datasets: { byId: freezing.records.versionById }, details: createModelDetails(database), mlflowUrl: config.MLFLOW_PUBLIC_URL ?? config.MLFLOW_TRACKING_URI ?? null, classes, policy, pictures, hidden: reviews.hidden, sign: urls.sign,
      answers: createHoldoutAnswers({ records, datasets: buildDatasetVersions(freezing), embeddings, pictures, files: modelFiles, store, policy, now: () => performance.now() }),
    }),
    ...createPictureRoutes({ pictures, hidden: reviews.hidden, sign: urls.sign }),
    ...createModelImportRoutes({
      records, datasets: { byId: freezing.records.versionById }, bytesMax: modelBytesMax, byteBudget: createByteBudget(modelBytesMax),
      importModel: (request) => importModel({
        records, clock, store, servingFollows: buildServingFollows(database), imports: createImportRepository(database), importer: createModelImporter({ ...defaultChildLimits, secondsMax: importSecondsMax }), files: modelFiles,
        classes: async (projectId) => { const { classSetId, classes: all } = await served.byId(projectId); return { id: classSetId, classes: all }; },
      }, request),
    }),
    ...createScheduleRoutes({ workflows }),
    ...createHistoryRoutes({ history: createHistoryReader(database) }),
    ...createCameraRoutes({ cameras: createCameraReader(database) }),
    ...createLineageRoutes({ lineage: createLineageRepository(database) }),
    ...createViewRoutes({ urls, images, hidden: reviews.hidden }),
  ];
  const app = createApp({
    routes, logger, publicUrl: config.PUBLIC_URL, allowedHosts: loopback, servingUrl: config.SERVING_URL, actorSecret: config.AUTH_SECRET, uiDir: config.UI_DIR,
    signIn: (request, response) => signIn.handler(request, response), session: (headers) => signIn.session(headers),
    keyBySecret: (secret) => people.keyBySecret(secret), roleOf: (userId, projectId) => people.roleOf(userId, projectId),
    projectBySlug: (slug) => projects.bySlug(slug), keyedReplies: createKeyedReplies(database),
    checks: {
      needed: { database: async () => { await database.$queryRaw`SELECT 1`; }, store: () => store.check() },
      wanted: { temporal: () => workflows.check(), ...(registry !== null && { mlflow: () => registry.check() }), serving: () => answers(`${config.SERVING_URL}/healthz`) },
    },
  });
  return { app, logger, close: async () => { await Promise.allSettled([featureMaps.close(), workflows.close(), database.$disconnect()]); } };
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`${response.status}`);
}
