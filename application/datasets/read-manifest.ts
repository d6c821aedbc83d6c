import { PerennialError } from '../../domain/errors.ts';
import { decodeNode, type ManifestNode, type ManifestRow } from '../../domain/manifest.ts';
import type { ObjectStore } from '../../domain/ports.ts';

export interface ReadManifestDependencies {
  readonly store: ObjectStore;
  readonly digestOf: (bytes: Uint8Array) => string;
}

export const objectKeyOf = (projectId: string, digest: string): string => `projects/${projectId}/datasets/objects/${digest}`;

/** @throws PerennialError DATASET_DAMAGED when the object is missing or is not what its name says */
async function nodeOf({ store, digestOf }: ReadManifestDependencies, projectId: string, digest: string): Promise<ManifestNode> {
  const bytes = await store.get(objectKeyOf(projectId, digest)).catch((error: unknown) => {
    throw error instanceof PerennialError && error.code !== 'STORE_OBJECT_NOT_FOUND' ? error : new PerennialError('DATASET_DAMAGED', undefined, { digest }, { cause: error });
  });
  if (digestOf(bytes) !== digest) throw new PerennialError('DATASET_DAMAGED', undefined, { digest });
  return decodeNode(bytes);
}

/** All rows of a version, every object held against its digest. */
export async function readManifest(deps: ReadManifestDependencies, projectId: string, rootDigest: string): Promise<readonly ManifestRow[]> {
  const node = await nodeOf(deps, projectId, rootDigest);
  if (node.kind === 'leaf') return node.rows;
  const parts = await Promise.all(Object.keys(node.children).toSorted().map((digit) => readManifest(deps, projectId, node.children[digit] ?? '')));
  return parts.flat();
}

/** Reads a version whole and says what is damaged instead of stopping at the first. */
export async function verifyManifest(deps: ReadManifestDependencies, projectId: string, rootDigest: string, imageExists: (row: ManifestRow) => Promise<boolean>) {
  const damaged: string[] = [];
  let [objects, images] = [0, 0];
  const walk = async (digest: string): Promise<void> => {
    objects += 1;
    const node = await nodeOf(deps, projectId, digest).catch(() => null);
    if (node === null) return void damaged.push(`manifest ${digest}`);
    if (node.kind === 'branch') {
      for (const child of Object.values(node.children)) await walk(child);
      return;
    }
    for (const row of node.rows) {
      images += 1;
      if (!(await imageExists(row))) damaged.push(`image ${row.sha256}`);
    }
  };
  await walk(rootDigest);
  return { objects, images, damaged };
}
