import { isPerennialError } from '../../domain/errors.ts';
import type { ImageReader, ObjectStore } from '../../domain/ports.ts';
import type { ModelInputViews } from '../../domain/ports-models.ts';
import { objectKeyOf } from '../predictions/arrived.ts';

export interface ModelInputViewsDependencies {
  readonly records: {
    keys(projectId: string, imageIds: readonly string[], kind: string): Promise<ReadonlyMap<string, string>>;
    rememberAll(views: readonly { imageId: string; kind: string; projectId: string; objectKey: string; mediaType: string; width: number; height: number }[]): Promise<void>;
  };
  readonly store: ObjectStore;
  readonly images: Pick<ImageReader, 'modelView'>;
  readonly sha256: (bytes: Uint8Array) => string;
}

/** Images made at once; each is a few MB while it is decoded. */
const atOnce = 32;

/** The view's own hash ends its key, so that a manifest can be written without reading the view again. */
const hashIn = (key: string): string => key.slice(-68, -4);

/**
 * Makes the model-input views that are missing, with the code that serving reads pictures with, and keeps them. What cannot
 * be read any more is left out. @see ModelInputViews
 */
export function createModelInputViews({ records, store, images, sha256 }: ModelInputViewsDependencies): ModelInputViews {
  return {
    async ensure(projectId, rows, preprocessing, preprocessingDigest, onProgress) {
      const kind = `input:${preprocessingDigest}`;
      const found = new Map(await records.keys(projectId, rows.map((row) => row.imageId), kind));
      const missing = rows.filter((row) => !found.has(row.imageId));
      const make = async (row: (typeof rows)[number]) => {
        try {
          const view = await images.modelView(await store.get(objectKeyOf(projectId, row.sha256)), preprocessing);
          const objectKey = `projects/${projectId}/views/${row.sha256}/input-${preprocessingDigest.slice(0, 12)}-${sha256(view.bytes)}.png`;
          await store.put(objectKey, view.bytes, view.mediaType);
          return { imageId: row.imageId, kind, projectId, objectKey, mediaType: view.mediaType, width: view.width, height: view.height };
        } catch (error) {
          if (isPerennialError(error) && (error.code === 'STORE_OBJECT_NOT_FOUND' || error.code.startsWith('IMAGE_'))) return null;
          throw error;
        }
      };
      for (let from = 0; from < missing.length; from += atOnce) {
        onProgress(`making the pictures that training reads: ${from} of ${missing.length}`);
        const made = (await Promise.all(missing.slice(from, from + atOnce).map(make))).filter((each) => each !== null);
        await records.rememberAll(made);
        for (const { imageId, objectKey } of made) found.set(imageId, objectKey);
      }
      return new Map([...found].map(([imageId, key]) => [imageId, { key, sha256: hashIn(key) }]));
    },
  };
}
