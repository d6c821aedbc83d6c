import { isPerennialError } from '../../domain/errors.ts';
import type { EmbeddingFiller, EmbeddingRecords } from '../../domain/ports-models.ts';
import type { Backbone, Ids, ImageReader, ObjectStore } from '../../domain/ports.ts';
import { objectKeyOf } from '../predictions/arrived.ts';

export interface FillEmbeddingsDependencies {
  readonly records: EmbeddingRecords;
  readonly store: ObjectStore;
  readonly images: Pick<ImageReader, 'modelInput'>;
  readonly blocks: { write(objectKey: string, rows: readonly Float32Array[]): Promise<Uint8Array> };
  readonly loadBackbone: (bytes: Uint8Array) => Promise<Backbone>;
  readonly sha256: (bytes: Uint8Array) => string;
  readonly ids: Ids;
}

/** Images of one block; their inputs are in memory together (0.6 MB each at 224 px). */
const atOnce = 64;

/**
 * Embeds stored images that have no embedding of a backbone yet: those that came while another model answered. What cannot
 * be read any more is left out; a second try goes on where the first one ended. @see EmbeddingFiller
 */
export function createEmbeddingFiller(deps: FillEmbeddingsDependencies): EmbeddingFiller {
  return {
    async fill(projectId, images, { bytes, weightsDigest, preprocessingDigest }, onProgress) {
      const missing = new Set(await deps.records.missing(projectId, images.map((each) => each.imageId), weightsDigest, preprocessingDigest));
      const wanted = images.filter((each) => missing.has(each.imageId));
      if (wanted.length === 0) return { embedded: 0, unreadable: 0 };
      const backbone = await deps.loadBackbone(bytes);
      let [embedded, unreadable] = [0, 0];
      try {
        for (let from = 0; from < wanted.length; from += atOnce) {
          onProgress(`embedding images that another model saw before: ${from} of ${wanted.length}`);
          const part = wanted.slice(from, from + atOnce);
          const inputs = await Promise.all(part.map((each) => readInput(deps, projectId, each.sha256, backbone)));
          const known = part.filter((_, at) => inputs[at] !== null);
          unreadable += part.length - known.length;
          if (known.length === 0) continue;
          const rows = (await backbone.run(inputs.filter((each) => each !== null))).map((each) => each.embedding);
          const id = deps.ids.next();
          const objectKey = `projects/${projectId}/embeddings/${id}.f16`;
          const block = await deps.blocks.write(objectKey, rows);
          await deps.records.add({ id, projectId, objectKey, rows: rows.length, dimensions: backbone.dimensions, sha256: deps.sha256(block), weightsDigest, preprocessingDigest }, known.map((each) => each.imageId));
          embedded += rows.length;
        }
      } finally {
        await backbone.close();
      }
      return { embedded, unreadable };
    },
  };
}

/** Null for an image that was erased or cannot be read. */
async function readInput({ store, images }: FillEmbeddingsDependencies, projectId: string, sha256: string, { preprocessing }: Backbone): Promise<Float32Array | null> {
  try {
    return await images.modelInput(await store.get(objectKeyOf(projectId, sha256)), preprocessing);
  } catch (error) {
    if (isPerennialError(error) && (error.code === 'STORE_OBJECT_NOT_FOUND' || error.code.startsWith('IMAGE_'))) return null;
    throw error;
  }
}
