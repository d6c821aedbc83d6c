import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { createHeadTrainer } from '../activities/head-trainer.ts';
import { createRunReport } from '../activities/run-report.ts';
import { createEmbeddingBlocks } from '../adapters/embeddings/embedding-store.ts';
import { createRunPlots } from '../adapters/images/run-plots.ts';
import { createMlflowRegistry } from '../adapters/mlflow/mlflow-registry.ts';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { createOnnxMatrixProducts } from '../adapters/onnx/matrix-products.ts';
import { modelFiles } from '../adapters/onnx/model-files.ts';
import { createArrivalWindows } from '../adapters/postgres/arrival-windows.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createDatasetRepository } from '../adapters/postgres/dataset-repository.ts';
import { createEmbeddingRepository } from '../adapters/postgres/embedding-repository.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { freezeDataset } from '../application/datasets/freeze-dataset.ts';
import { readManifest } from '../application/datasets/read-manifest.ts';
import { createBackboneSource } from '../application/models/backbone-source.ts';
import { type TrainVersionDependencies, trainVersion } from '../application/models/train-version.ts';
import { withClient } from '../platform/services/postgres.ts';
import { createFreshDatabase, prepareTemplate } from '../testing/fresh-database.ts';
import { startTestServices } from '../testing/services.ts';

export interface RetrainHouse {
  /** Freezes the labels, fits a head, makes the model and registers it: seconds until the challenger is in the registry. */
  freezeToRegistered(): Promise<number>;
  /** Labels some images anew, so that there is something to freeze. */
  relabel(images: number): Promise<void>;
  stop(): Promise<void>;
}

export interface LabelledMatrix { readonly n: number; readonly d: number; readonly classes: number; readonly embeddings: Float32Array; readonly labels: Int32Array }

/** Rows of one block: what a request of that many images writes. */
const blockRows = 250;

/** A project with labelled, embedded images on the real Postgres, store and MLflow, and the steps of a light retrain. */
export async function startRetrainHouse(backbone: Uint8Array, { n, d, classes, embeddings, labels }: LabelledMatrix, threads: number): Promise<RetrainHouse> {
  const services = await startTestServices(['postgres', 'object-store', 'mlflow']);
  const { env } = services;
  const cacheDir = mkdtempSync(join(tmpdir(), 'perennial-bench-cache-'));
  const template = await prepareTemplate(env['MIGRATION_DATABASE_URL']!, 'prisma/migrations');
  const fresh = await createFreshDatabase({ ...env, PERENNIAL_TEST_TEMPLATE: template.name });
  const database = createDatabase(fresh.databaseUrl);
  const store = createMinioStore({ endpoint: env['S3_ENDPOINT']!, accessKey: env['S3_ACCESS_KEY']!, secretKey: env['S3_SECRET_KEY']!, bucket: env['S3_BUCKET']! });
  const facts = modelFiles.facts(backbone);
  const [projectId, classSetId] = [uuidv7(), uuidv7()];
  const slug = `p-${projectId.slice(-8)}`;
  const classList = Array.from({ length: classes }, (_, classId) => ({ classId, name: `class ${classId}` }));
  await database.project.create({ data: { id: projectId, slug, name: 'p' } });
  await database.classSet.create({ data: { id: classSetId, projectId, version: 1, classes: classList, createdBy: 'bench' } });
  const imageIds = Array.from({ length: n }, () => uuidv7());
  await withClient(fresh.ownerUrl, async (client) => {
    await client.query(`INSERT INTO "Image" ("id", "projectId", "sha256", "objectKey", "byteSize", "mediaType", "width", "height", "statistics", "perceptualHash")
      SELECT id, '${projectId}', encode(sha256(id::text::bytea), 'hex'), 'k', 1, 'image/jpeg', 4, 3, '{}', ('x' || left(encode(sha256(id::text::bytea), 'hex'), 16))::bit(64)::bigint FROM unnest($1::uuid[]) AS t(id)`, [imageIds]);
    await client.query(`INSERT INTO "Arrival" ("id", "projectId", "imageId", "sentBy", "clientKey") SELECT gen_random_uuid(), '${projectId}', id, 's', 'c' FROM unnest($1::uuid[]) AS t(id)`, [imageIds]);
    await client.query(`INSERT INTO "Label" ("id", "projectId", "imageId", "kind", "classId", "source", "createdBy", "createdAt")
      SELECT gen_random_uuid(), '${projectId}', id, 'class', class, 'import', 'bench', clock_timestamp() AT TIME ZONE 'UTC' FROM unnest($1::uuid[], $2::int[]) AS t(id, class)`, [imageIds, [...labels]]);
  });
  const blocks = createEmbeddingBlocks({ store, cacheDir });
  const places = createEmbeddingRepository(database);
  for (let from = 0; from < n; from += blockRows) {
    const rows = Array.from({ length: Math.min(blockRows, n - from) }, (_, at) => embeddings.subarray((from + at) * d, (from + at + 1) * d));
    const [id, objectKey] = [uuidv7(), `projects/${projectId}/embeddings/${from}`];
    const bytes = await blocks.write(objectKey, rows);
    await database.embeddingBlock.create({ data: { id, projectId, weightsDigest: facts.weightsDigest, preprocessingDigest: facts.preprocessingDigest, objectKey, rows: rows.length, dimensions: d, sha256: modelFiles.sha256(bytes) } });
    await database.imageEmbedding.createMany({ data: rows.map((_, offset) => ({ imageId: imageIds[from + offset]!, weightsDigest: facts.weightsDigest, preprocessingDigest: facts.preprocessingDigest, projectId, blockId: id, offset })) });
  }
  const records = createDatasetRepository(database);
  const clock = { now: () => new Date() };
  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const freezing = { records, store, digestOf, classSetId: async () => classSetId, nearDuplicateBits: async () => 4 };
  const deps: TrainVersionDependencies = {
    records: createModelRepository(database), store, files: modelFiles, clock, classes: async () => ({ id: classSetId, classes: classList }), report: createRunReport(createRunPlots()),
    registry: createMlflowRegistry({ trackingUri: env['MLFLOW_TRACKING_URI']!, clock }), backbones: createBackboneSource({ store, files: modelFiles, readDefault: async () => backbone, readNamed: async () => backbone }),
    trainer: createHeadTrainer({ products: createOnnxMatrixProducts({ threads }), now: () => performance.now() }), arrivals: createArrivalWindows(database),
    // All are embedded already: that is what makes it light.
    filler: { fill: async () => ({ embedded: 0, unreadable: 0 }) },
    datasets: {
      freeze: async () => { throw new Error('frozen before'); }, latest: records.latest, byId: records.versionById, holdout: records.holdout,
      rows: async (_project, versionId) => readManifest(freezing, projectId, (await records.versionById(versionId))!.rootDigest),
    },
    embeddings: {
      async load(_project, ids, weightsDigest, preprocessingDigest) {
        const found = [...(await places.placesOf(projectId, ids, weightsDigest, preprocessingDigest))];
        const rows = await blocks.read(found.map(([, place]) => place));
        return new Map(found.map(([imageId], at) => [imageId, rows[at]!]));
      },
    },
  };
  return {
    async freezeToRegistered() {
      const [start, key] = [performance.now(), uuidv7()];
      const { version, why } = await freezeDataset(freezing, { projectId, reason: 'bench', key, by: 'bench' });
      if (version === null) throw new Error(why);
      const made = await trainVersion(deps, { projectId, projectSlug: slug, kind: 'light', datasetVersionId: version.id, reason: 'bench', key, workflowRunId: null, onProgress: () => {} });
      if (made.version?.mlflowVersion == null) throw new Error(`not registered: ${made.why}`);
      return (performance.now() - start) / 1000;
    },
    async relabel(images) {
      await withClient(fresh.ownerUrl, (client) => client.query(`INSERT INTO "Label" ("id", "projectId", "imageId", "kind", "classId", "source", "createdBy", "createdAt")
        SELECT gen_random_uuid(), '${projectId}', id, 'class', floor(random() * ${classes})::int, 'review', 'bench', clock_timestamp() AT TIME ZONE 'UTC' FROM unnest($1::uuid[]) AS t(id) ORDER BY random() LIMIT ${images}`, [imageIds]));
    },
    async stop() {
      await database.$disconnect();
      await services.stop();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
}
