import { leafRowsMax, type ManifestNode, type ManifestRow } from './manifest.ts';

/** What becomes of one image in a manifest: its row, or that it leaves. */
export interface ManifestEdit {
  readonly sha256: string;
  readonly row: ManifestRow | null;
}

/** Where nodes come from and go to. Reading is asked only for nodes on the way to an edit. */
export interface ManifestNodes {
  read(digest: string): Promise<ManifestNode>;
  /** Keeps a node and says its digest; called once for each node of the new tree that is not in the old one. */
  write(node: ManifestNode): Promise<string>;
}

export interface ManifestChange {
  readonly before: ManifestRow | null;
  readonly after: ManifestRow | null;
}

export interface EditedManifest {
  /** Null where no row is left. */
  readonly rootDigest: string | null;
  readonly images: number;
}

/** A part of the tree after its edits, not written yet, or untouched and known by its digest. */
type Part = { readonly images: number } & ({ readonly node: ManifestNode } | { readonly digest: string });

/** A part, and how many images it had before. */
interface Edited { readonly before: number; readonly part: Part | null }

/** Images of a branch below which its children are edited side by side; above, one after another, so that few nodes are in memory. */
const besideMax = leafRowsMax * 256;

/**
 * Puts edits into a tree and reads and writes the nodes on their way alone. The result is the very tree that
 * `buildManifest` makes of all rows, whatever way it was reached.
 * @param edits in order of `sha256`, each image once
 * @param onChange called for each edit that changed something
 */
export async function editManifest(nodes: ManifestNodes, rootDigest: string | null, edits: readonly ManifestEdit[], onChange: (change: ManifestChange) => void): Promise<EditedManifest> {
  const written = async (part: Part): Promise<string> => ('digest' in part ? part.digest : nodes.write(part.node));

  async function edit(digest: string | null, own: readonly ManifestEdit[], depth: number): Promise<Edited> {
    const node = digest === null ? null : await nodes.read(digest);
    if (node?.kind === 'branch') return { before: node.images, part: await editBranch(digest as string, node, own, depth) };
    const before = node?.rows.length ?? 0;
    const rows = merge(node?.rows ?? [], own, onChange);
    if (rows === null) return { before, part: digest === null ? null : { images: before, digest } };
    return { before, part: rows.length === 0 ? null : await build(rows, depth) };
  }

  async function editBranch(digest: string, node: ManifestNode & { kind: 'branch' }, own: readonly ManifestEdit[], depth: number): Promise<Part | null> {
    // However many images leave, this many stay: then it stays a branch, and its children may be written as they come.
    const staysBranch = node.images - own.length > leafRowsMax;
    const byDigit = [...Map.groupBy(own, (each) => each.sha256[depth] ?? '')];
    const editChild = async ([digit, edits]: [string, ManifestEdit[]]) => {
      const old = node.children[digit] ?? null;
      const { before, part } = await edit(old, edits, depth + 1);
      return { digit, old, before, part: part === null || !staysBranch ? part : { images: part.images, digest: await written(part) } };
    };
    const edited = node.images <= besideMax ? await Promise.all(byDigit.map(editChild)) : await inTurn(byDigit, editChild);
    if (edited.every(({ part, old }) => (part === null ? old === null : 'digest' in part && part.digest === old))) return { images: node.images, digest };
    const touched = new Map(edited.map(({ digit, part }) => [digit, part]));
    const untouched = Object.entries(node.children).filter(([digit]) => !touched.has(digit));
    const images = node.images + edited.reduce((sum, { before, part }) => sum + (part?.images ?? 0) - before, 0);
    if (images === 0) return null;
    const parts = [...edited.flatMap(({ digit, part }) => (part === null ? [] : [[digit, part] as const])), ...untouched.map(([digit, child]) => [digit, { images: 0, digest: child }] as const)];
    if (images <= leafRowsMax) return { images, node: { kind: 'leaf', rows: (await Promise.all(parts.map(([, part]) => rowsOf(part)))).flat().toSorted(order) } };
    const children = Object.fromEntries(await Promise.all(parts.map(async ([digit, part]) => [digit, await written(part)] as const)));
    return { images, node: { kind: 'branch', images, children } };
  }

  async function build(rows: readonly ManifestRow[], depth: number): Promise<Part> {
    if (rows.length <= leafRowsMax) return { images: rows.length, node: { kind: 'leaf', rows } };
    const children: Record<string, string> = {};
    for (const [digit, own] of Map.groupBy(rows, (row) => row.sha256[depth] ?? '')) children[digit] = await written(await build(own, depth + 1));
    return { images: rows.length, node: { kind: 'branch', images: rows.length, children } };
  }

  async function rowsOf(part: Part): Promise<readonly ManifestRow[]> {
    const node = 'node' in part ? part.node : await nodes.read(part.digest);
    if (node.kind === 'leaf') return node.rows;
    return (await Promise.all(Object.values(node.children).map((digest) => rowsOf({ images: 0, digest })))).flat();
  }

  if (edits.length === 0) return { rootDigest, images: rootDigest === null ? 0 : countOf(await nodes.read(rootDigest)) };
  const { part: root } = await edit(rootDigest, edits, 0);
  return root === null ? { rootDigest: null, images: 0 } : { rootDigest: await written(root), images: root.images };
}

const countOf = (node: ManifestNode): number => (node.kind === 'leaf' ? node.rows.length : node.images);
const order = (a: ManifestRow, b: ManifestRow): number => (a.sha256 < b.sha256 ? -1 : 1);
export const sameRow = (a: ManifestRow, b: ManifestRow): boolean =>
  a.imageId === b.imageId && a.classId === b.classId && a.labelId === b.labelId && a.split === b.split && a.group === b.group;

/** Rows of a leaf after its edits, in order; null where nothing changed. */
function merge(rows: readonly ManifestRow[], edits: readonly ManifestEdit[], onChange: (change: ManifestChange) => void): readonly ManifestRow[] | null {
  const byHash = new Map(rows.map((row) => [row.sha256, row]));
  let changed = false;
  for (const { sha256, row } of edits) {
    const before = byHash.get(sha256) ?? null;
    if (row === null ? before === null : before !== null && sameRow(before, row)) continue;
    changed = true;
    if (row === null) byHash.delete(sha256);
    else byHash.set(sha256, row);
    onChange({ before, after: row });
  }
  return changed ? [...byHash.values()].toSorted(order) : null;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
