import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { createModelImporter } from '../adapters/onnx/model-importer.ts';
import { modelFiles } from '../adapters/onnx/model-files.ts';
import { createImportRepository } from '../adapters/postgres/import-repository.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { createServedProjectRepository } from '../adapters/postgres/served-project-repository.ts';
import { createByteBudget } from '../api/receive-images.ts';
import { createModelImportRoutes } from '../api/routes/model-imports.ts';
import { createModelRoutes } from '../api/routes/models.ts';
import { importModel } from '../application/models/import-model.ts';
import type { ObjectStore } from '../domain/ports.ts';
import { defaultPolicy } from '../domain/policy.ts';
import type { ModelRecords } from '../domain/ports-models.ts';
import { type ApiWorld, createApiWorld } from './api-world.ts';

/** Largest file that the world takes: small, so that a test need not send half a gigabyte. */
export const importBytesMax = 16 * 2 ** 20;

/** The api with the routes of models, over a database of its own and the run's store, as `bin/api.ts` builds it. */
export async function createImportWorld(services: Readonly<Record<string, string>>): Promise<{ world: ApiWorld; store: ObjectStore }> {
  const store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  const clock = { now: () => new Date() };
  // The database is made with the world; the routes look for it when they are called.
  const held: { world?: ApiWorld } = {};
  const database = () => held.world!.database;
  const records = new Proxy({} as ModelRecords, { get: (_none, name) => Reflect.get(createModelRepository(database()), name) as unknown });
  const shared = { records, datasets: { byId: async () => null } };
  const servingFollows = async () => true;
  const world = await createApiWorld([
    ...createModelRoutes({ ...shared, clock, servingFollows, policy: async () => defaultPolicy, workflows: null as never }),
    ...createModelImportRoutes({
      ...shared, bytesMax: importBytesMax, byteBudget: createByteBudget(8 * importBytesMax),
      importModel: (request) => importModel({
        records, imports: createImportRepository(database()), importer: createModelImporter({ secondsMax: 90, memoryBytesMax: 2 ** 31 }), files: modelFiles, store, clock, servingFollows,
        classes: async (projectId) => { const { classSetId, classes } = await createServedProjectRepository(database()).byId(projectId); return { id: classSetId, classes }; },
      }, request),
    }),
  ]);
  held.world = world;
  return { world, store };
}
