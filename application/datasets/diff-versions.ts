import type { ManifestNode, ManifestRow } from '../../domain/manifest.ts';
import { sameRow } from '../../domain/manifest-edit.ts';
import { createManifestNodes, type ReadManifestDependencies } from './read-manifest.ts';

export type RowDifference =
  | { readonly kind: 'added'; readonly row: ManifestRow }
  | { readonly kind: 'removed'; readonly row: ManifestRow }
  | { readonly kind: 'changed'; readonly before: ManifestRow; readonly after: ManifestRow };

/**
 * What differs between two versions, in order of the images' hashes. Parts with the same digest are the same and are not
 * read, so the cost goes with what differs, not with the size of the versions.
 * @param from root digest of the older one; null compares with nothing
 */
export async function* walkDifferences(deps: ReadManifestDependencies, projectId: string, from: string | null, to: string): AsyncGenerator<RowDifference> {
  const nodes = createManifestNodes(deps, projectId);

  async function* differ(before: ManifestNode | string | null, after: ManifestNode | string | null, depth: number): AsyncGenerator<RowDifference> {
    if (before === after) return;
    const [old, fresh] = await Promise.all([load(before), load(after)]);
    if (old?.kind !== 'branch' && fresh?.kind !== 'branch') return yield* rowDifferences(old?.rows ?? [], fresh?.rows ?? []);
    const [below, beside] = [childrenOf(old, depth), childrenOf(fresh, depth)];
    for (const digit of [...new Set([...below.keys(), ...beside.keys()])].toSorted()) yield* differ(below.get(digit) ?? null, beside.get(digit) ?? null, depth + 1);
  }
  const load = async (node: ManifestNode | string | null): Promise<ManifestNode | null> => (typeof node === 'string' ? nodes.read(node) : node);
  yield* differ(from, to, 0);
}

/** A leaf beside a branch is taken apart by the same digit. */
function childrenOf(node: ManifestNode | null, depth: number): Map<string, ManifestNode | string> {
  if (node === null) return new Map();
  if (node.kind === 'branch') return new Map(Object.entries(node.children));
  return new Map([...Map.groupBy(node.rows, (row) => row.sha256[depth] ?? '')].map(([digit, rows]) => [digit, { kind: 'leaf', rows }]));
}

function* rowDifferences(before: readonly ManifestRow[], after: readonly ManifestRow[]): Generator<RowDifference> {
  const old = new Map(before.map((row) => [row.sha256, row]));
  const fresh = new Map(after.map((row) => [row.sha256, row]));
  for (const sha256 of [...new Set([...old.keys(), ...fresh.keys()])].toSorted()) {
    const [was, is] = [old.get(sha256), fresh.get(sha256)];
    if (was === undefined && is !== undefined) yield { kind: 'added', row: is };
    else if (was !== undefined && is === undefined) yield { kind: 'removed', row: was };
    else if (was !== undefined && is !== undefined && !sameRow(was, is)) yield { kind: 'changed', before: was, after: is };
  }
}
