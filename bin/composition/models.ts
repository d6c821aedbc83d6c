import { createDatasetRepository } from '../../adapters/postgres/dataset-repository.ts';
import { createEmbeddingBlocks } from '../../adapters/embeddings/embedding-store.ts';
import { createSharpReader } from '../../adapters/images/sharp-reader.ts';
import { createOnnxBackbone } from '../../adapters/onnx/onnx-backbone.ts';
import { createEmbeddingRepository } from '../../adapters/postgres/embedding-repository.ts';
import type { Database } from '../../adapters/postgres/connection.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { freezeDataset, type FreezeDependencies } from '../../application/datasets/freeze-dataset.ts';
import { createEmbeddingFiller } from '../../application/models/fill-embeddings.ts';
import { awaitServing } from '../../application/models/await-serving.ts';
import { createServingStateRepository } from '../../adapters/postgres/serving-state-repository.ts';
import { readManifest } from '../../application/datasets/read-manifest.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { DatasetVersions, EmbeddingFiller, EmbeddingReader } from '../../domain/ports-models.ts';
import { ids, sha256 } from './shared.ts';

/** What freezing needs, from the database and the store. */
export function buildFreezing(database: Database, store: ObjectStore): FreezeDependencies {
  const served = createServedProjectRepository(database);
  return {
    records: createDatasetRepository(database), store, digestOf: sha256, classSetId: async (projectId) => (await served.byId(projectId)).classSetId,
    nearDuplicateBits: async (projectId) => (await served.byId(projectId)).policy.flagging.nearDuplicateBits,
  };
}

/** Dataset versions as training sees them. */
export function buildDatasetVersions(freezing: FreezeDependencies): DatasetVersions {
  const { records } = freezing;
  return {
    async freeze(request) {
      const { outcome, why, version } = await freezeDataset(freezing, request);
      return { outcome, why, versionId: version?.id ?? null };
    },
    latest: records.latest,
    byId: records.versionById,
    async rows(projectId, versionId) {
      const version = await records.versionById(versionId);
      if (version === null || version.projectId !== projectId) throw new PerennialError('DATASET_VERSION_NOT_FOUND');
      return readManifest(freezing, projectId, version.rootDigest);
    },
    holdout: records.holdout,
  };
}

/** Stored embeddings, read by blocks through a cache of files. */
export function buildEmbeddingReader(database: Database, store: ObjectStore, cacheDir: string): EmbeddingReader {
  const places = createEmbeddingRepository(database);
  const blocks = createEmbeddingBlocks({ store, cacheDir });
  return {
    async load(projectId, imageIds, weightsDigest, preprocessingDigest) {
      const found = [...(await places.placesOf(projectId, imageIds, weightsDigest, preprocessingDigest))];
      const rows = await blocks.read(found.map(([, place]) => place));
      return new Map(found.map(([imageId], at) => [imageId, rows[at] as Float32Array]));
    },
  };
}

/** Embeds in this process what a backbone has not seen. */
export function buildEmbeddingFiller(database: Database, store: ObjectStore, { cacheDir, threads }: { cacheDir: string; threads: number }): EmbeddingFiller {
  return createEmbeddingFiller({
    records: createEmbeddingRepository(database), store, images: createSharpReader(), blocks: createEmbeddingBlocks({ store, cacheDir }),
    loadBackbone: (bytes) => createOnnxBackbone(bytes, { threads }), sha256, ids,
  });
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Waits until the living serving processes answer with a version. */
export function buildServingFollows(database: Database): (projectId: string, modelVersionId: string) => Promise<boolean> {
  const states = createServingStateRepository(database);
  return (projectId, modelVersionId) => awaitServing({ states, now: () => performance.now(), wait }, projectId, modelVersionId);
}
