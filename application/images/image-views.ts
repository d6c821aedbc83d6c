import { PerennialError } from '../../domain/errors.ts';
import type { ImageReader, ObjectStore } from '../../domain/ports.ts';

/** The longest side of each view, in pixels. */
export const viewKinds = { thumbnail: 320, fitted: 1600 } as const;
export type ViewKind = keyof typeof viewKinds;

export interface ImageViewDependencies {
  readonly store: Pick<ObjectStore, 'get' | 'put'>;
  readonly view: ImageReader['view'];
  readonly views: {
    original(projectId: string, imageId: string): Promise<{ objectKey: string; sha256: string; mediaType: string } | null>;
    key(imageId: string, kind: string): Promise<string | null>;
    remember(view: { imageId: string; kind: string; projectId: string; objectKey: string; mediaType: string; width: number; height: number }): Promise<void>;
  };
  readonly sha256: (bytes: Uint8Array) => string;
}

/** Views of images: made once, kept in the store. */
export interface ImageViews {
  /** @throws PerennialError IMAGE_NOT_FOUND, STORE_DAMAGED, and what the reader refuses by */
  of(projectId: string, imageId: string, kind: ViewKind): Promise<Uint8Array>;
  original(projectId: string, imageId: string): Promise<{ bytes: Uint8Array; mediaType: string }>;
}

export function createImageViews(deps: ImageViewDependencies): ImageViews {
  const making = new Map<string, Promise<Uint8Array>>();

  async function original(projectId: string, imageId: string): Promise<{ bytes: Uint8Array; mediaType: string }> {
    const found = await deps.views.original(projectId, imageId);
    if (found === null) throw new PerennialError('IMAGE_NOT_FOUND');
    const bytes = await deps.store.get(found.objectKey);
    if (deps.sha256(bytes) !== found.sha256) throw new PerennialError('STORE_DAMAGED', undefined, { imageId });
    return { bytes, mediaType: found.mediaType };
  }

  async function readOrMake(projectId: string, imageId: string, kind: ViewKind): Promise<Uint8Array> {
    const known = await deps.views.key(imageId, kind);
    if (known !== null) return deps.store.get(known);
    // The small one comes from the larger one, which is wanted next anyway: the original is decoded once.
    const from = kind === 'thumbnail' ? await of(projectId, imageId, 'fitted') : (await original(projectId, imageId)).bytes;
    const made = await deps.view(from, viewKinds[kind]);
    const objectKey = `projects/${projectId}/views/${imageId}.${kind}.webp`;
    await deps.store.put(objectKey, made.bytes, made.mediaType);
    await deps.views.remember({ imageId, kind, projectId, objectKey, mediaType: made.mediaType, width: made.width, height: made.height });
    return made.bytes;
  }

  /** Of many who ask for a new view at once, one decodes the original. */
  function of(projectId: string, imageId: string, kind: ViewKind): Promise<Uint8Array> {
    const name = `${imageId}/${kind}`;
    const begun = making.get(name);
    if (begun !== undefined) return begun;
    const made = readOrMake(projectId, imageId, kind).finally(() => making.delete(name));
    making.set(name, made);
    return made;
  }
  return { of, original };
}

/** So many images are looked for at a time; between two turns the process does other things. */
const aheadMax = 24;

/**
 * Makes the views that annotators will ask for next before they do: of open items without one, in the order in which they are given
 * out. An image that cannot be decoded is left for its annotator to see that; it is told to the caller once and passed by.
 * @returns how many images got their views
 */
export async function makeViewsAhead(deps: { readonly images: ImageViews; readonly missing: (limit: number, without: readonly string[]) => Promise<readonly { projectId: string; imageId: string }[]>; readonly passed: Set<string>; readonly onFailure: (error: unknown) => void }): Promise<number> {
  const wanted = await deps.missing(aheadMax, [...deps.passed]);
  let made = 0;
  // One after another: who labels meanwhile comes first.
  for (const { projectId, imageId } of wanted) {
    try {
      await deps.images.of(projectId, imageId, 'thumbnail');
      made += 1;
    } catch (error) {
      deps.passed.add(imageId);
      deps.onFailure(error);
    }
  }
  return made;
}
