import { PerennialError } from '../../domain/errors.ts';
import { decodeNode, encodeNode, type ManifestNode, type ManifestRow } from '../../domain/manifest.ts';
import type { ManifestNodes } from '../../domain/manifest-edit.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import { createTurnstile } from '../turnstile.ts';

export interface ReadManifestDependencies {
  readonly store: ObjectStore;
  readonly digestOf: (bytes: Uint8Array) => string;
}

/** Objects read or written at once. */
const objectsAtOnce = 16;

export const objectKeyOf = (projectId: string, digest: string): string => `projects/${projectId}/datasets/objects/${digest}`;

/** @throws PerennialError DATASET_DAMAGED when the object is missing or is not what its name says */
async function nodeOf({ store, digestOf }: ReadManifestDependencies, projectId: string, digest: string): Promise<ManifestNode> {
  const bytes = await store.get(objectKeyOf(projectId, digest)).catch((error: unknown) => {
    throw error instanceof PerennialError && error.code !== 'STORE_OBJECT_NOT_FOUND' ? error : new PerennialError('DATASET_DAMAGED', undefined, { digest }, { cause: error });
  });
  if (digestOf(bytes) !== digest) throw new PerennialError('DATASET_DAMAGED', undefined, { digest });
  return decodeNode(bytes);
}

/** The nodes of a project's manifests in the object store, every one held against its digest; counts the bytes that were not there before. */
export function createManifestNodes(deps: ReadManifestDependencies, projectId: string): ManifestNodes & { readonly bytesWritten: () => number } {
  const turn = createTurnstile(objectsAtOnce);
  let bytesWritten = 0;
  return {
    read: (digest) => turn(() => nodeOf(deps, projectId, digest)),
    async write(node) {
      const bytes = encodeNode(node);
      const digest = deps.digestOf(bytes);
      if (await turn(() => deps.store.putIfAbsent(objectKeyOf(projectId, digest), bytes, 'application/jsonl'))) bytesWritten += bytes.byteLength;
      return digest;
    },
    bytesWritten: () => bytesWritten,
  };
}

/**
 * Leaves of a version one after another, in order of the images' hashes; one is in memory at a time.
 * @param after begins behind this hash: parts that end before it are not read
 */
export async function* walkLeaves(deps: ReadManifestDependencies, projectId: string, rootDigest: string, after = ''): AsyncGenerator<readonly ManifestRow[]> {
  yield* leavesUnder(createManifestNodes(deps, projectId), rootDigest, '', after);
}

async function* leavesUnder(nodes: Pick<ManifestNodes, 'read'>, digest: string, prefix: string, after: string): AsyncGenerator<readonly ManifestRow[]> {
  const node = await nodes.read(digest);
  if (node.kind === 'leaf') {
    const rows = after === '' ? node.rows : node.rows.filter((row) => row.sha256 > after);
    if (rows.length > 0) yield rows;
    return;
  }
  const digits = Object.keys(node.children).toSorted().filter((digit) => `${prefix}${digit}` >= after.slice(0, prefix.length + 1));
  for (const digit of digits) yield* leavesUnder(nodes, node.children[digit] as string, `${prefix}${digit}`, after);
}

/** All rows of a version. It holds them in memory: for what needs them one by one, walk the leaves. */
export async function readManifest(deps: ReadManifestDependencies, projectId: string, rootDigest: string): Promise<readonly ManifestRow[]> {
  const nodes = createManifestNodes(deps, projectId);
  const rowsUnder = async (digest: string): Promise<readonly ManifestRow[]> => {
    const node = await nodes.read(digest);
    if (node.kind === 'leaf') return node.rows;
    return (await Promise.all(Object.keys(node.children).toSorted().map((digit) => rowsUnder(node.children[digit] as string)))).flat();
  };
  return rowsUnder(rootDigest);
}

/** One page of a version's rows behind a hash; reads the leaves that hold it and no others. */
export async function readPage(deps: ReadManifestDependencies, projectId: string, rootDigest: string, after: string, limit: number): Promise<readonly ManifestRow[]> {
  const page: ManifestRow[] = [];
  for await (const rows of walkLeaves(deps, projectId, rootDigest, after)) {
    page.push(...rows.slice(0, limit - page.length));
    if (page.length === limit) break;
  }
  return page;
}
