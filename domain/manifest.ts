import type { ManifestSplit } from './split-name.ts';

/** One row of a manifest: an image, its label and its side. */
export interface ManifestRow {
  readonly imageId: string;
  readonly sha256: string;
  readonly classId: number;
  readonly labelId: string;
  readonly split: ManifestSplit;
  readonly group: string;
}

/** Most rows of a leaf: what a changed row costs to write. */
export const leafRowsMax = 512;

/** A node of the tree: a leaf holds rows, a branch the digests of its sixteen children. */
export type ManifestNode =
  | { readonly kind: 'leaf'; readonly rows: readonly ManifestRow[] }
  | { readonly kind: 'branch'; readonly images: number; readonly children: Readonly<Record<string, string>> };

export interface BuiltManifest {
  readonly rootDigest: string;
  /** Every object of the tree by its digest. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

const order = (a: ManifestRow, b: ManifestRow): number => (a.sha256 < b.sha256 ? -1 : a.sha256 > b.sha256 ? 1 : 0);

/** Bytes of a node, equal for equal content: keys in a fixed order, one row a line. */
export function encodeNode(node: ManifestNode): Uint8Array {
  const lines = node.kind === 'leaf'
    ? node.rows.map(({ imageId, sha256, classId, labelId, split, group }) => JSON.stringify({ imageId, sha256, classId, labelId, split, group }))
    : Object.keys(node.children).toSorted().map((digit) => JSON.stringify([digit, node.children[digit]]));
  const head = node.kind === 'leaf' ? { kind: 'leaf', rows: node.rows.length } : { kind: 'branch', images: node.images };
  return new TextEncoder().encode(`${[JSON.stringify(head), ...lines].join('\n')}\n`);
}

/** @throws SyntaxError when the bytes are not a node */
export function decodeNode(bytes: Uint8Array): ManifestNode {
  const [first = '', ...lines] = new TextDecoder().decode(bytes).trimEnd().split('\n');
  const head = JSON.parse(first) as { kind: string; images?: number };
  if (head.kind === 'leaf') return { kind: 'leaf', rows: lines.map((line) => JSON.parse(line) as ManifestRow) };
  return { kind: 'branch', images: head.images ?? 0, children: Object.fromEntries(lines.map((line) => JSON.parse(line) as [string, string])) };
}

/**
 * A content-addressed tree over the images' own hashes: rows whose hash starts alike are together, and a part with more
 * than 512 rows is split by its next digit. The same rows always make the same tree, so two versions share what did not
 * change, and a changed row costs its leaf and the few nodes above it (after Merkle, 1987).
 * @param digestOf hex SHA-256
 */
export function buildManifest(rows: readonly ManifestRow[], digestOf: (bytes: Uint8Array) => string): BuiltManifest {
  const objects = new Map<string, Uint8Array>();
  const put = (node: ManifestNode): string => {
    const bytes = encodeNode(node);
    const digest = digestOf(bytes);
    objects.set(digest, bytes);
    return digest;
  };
  const build = (part: readonly ManifestRow[], depth: number): string => {
    if (part.length <= leafRowsMax) return put({ kind: 'leaf', rows: part });
    const children = Object.fromEntries([...Map.groupBy(part, (row) => row.sha256[depth] ?? '')].map(([digit, own]) => [digit, build(own, depth + 1)]));
    return put({ kind: 'branch', images: part.length, children });
  };
  return { rootDigest: build(rows.toSorted(order), 0), objects };
}
