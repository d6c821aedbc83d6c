import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildManifest, decodeNode, encodeNode, type ManifestNode, type ManifestRow } from './manifest.ts';
import { editManifest, type ManifestChange, type ManifestNodes } from './manifest-edit.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hash = (seed: number): string => digestOf(new TextEncoder().encode(String(seed)));
const row = (seed: number, classId = 0): ManifestRow => ({ imageId: `i${seed}`, sha256: hash(seed), classId, labelId: `l${seed}.${classId}`, split: 'train', group: `g${seed}` });

/** Nodes in memory, counting what is read and written. */
function memory() {
  const objects = new Map<string, Uint8Array>();
  const reads = new Set<string>();
  const writes: string[] = [];
  const nodes: ManifestNodes = {
    async read(digest) {
      reads.add(digest);
      const bytes = objects.get(digest);
      if (bytes === undefined) throw new Error(`read before it was written: ${digest}`);
      return decodeNode(bytes);
    },
    async write(node: ManifestNode) {
      const bytes = encodeNode(node);
      const digest = digestOf(bytes);
      writes.push(digest);
      objects.set(digest, bytes);
      return digest;
    },
  };
  return { objects, reads, writes, nodes };
}
type Edits = ReadonlyMap<number, number | null>;
const editsOf = (edits: Edits) => [...edits].map(([seed, classId]) => ({ sha256: hash(seed), row: classId === null ? null : row(seed, classId) })).toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
const reference = (state: ReadonlyMap<number, number>): string | null => (state.size === 0 ? null : buildManifest([...state].map(([seed, classId]) => row(seed, classId)), digestOf).rootDigest);

/** Steps of many images coming, going and changing: sizes on both sides of where leaves split and branches fold. */
const step = fc.record({ from: fc.nat(2_000), count: fc.nat(1_500), kind: fc.constantFrom('put' as const, 'leave' as const, 'change' as const) });

it('MANIFEST6 makes the tree that building it of all rows makes, after any row of edits', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
    const { nodes } = memory();
    const state = new Map<number, number>();
    let root: string | null = null;
    let turn = 0;
    for (const { from, count, kind } of steps) {
      turn += 1;
      const edits = new Map<number, number | null>();
      for (let seed = from; seed < from + count; seed += 1) edits.set(seed, kind === 'leave' ? null : kind === 'put' ? 0 : turn);
      const changes: ManifestChange[] = [];
      const edited = await editManifest(nodes, root, editsOf(edits), (change) => changes.push(change));
      const wanted = [...edits].filter(([seed, classId]) => (state.get(seed) ?? null) !== classId).length;
      for (const [seed, classId] of edits) if (classId === null) state.delete(seed); else state.set(seed, classId);
      root = edited.rootDigest;
      expect(root).toBe(reference(state));
      expect(edited.images).toBe(state.size);
      expect(changes).toHaveLength(wanted);
    }
  }), { numRuns: 40 });
});

it('MANIFEST7 reads and writes in proportion to what changed, and every write is part of the new tree', async () => {
  const { nodes, reads, writes, objects } = memory();
  const all = new Map(Array.from({ length: 60_000 }, (_, seed) => [seed, 0]));
  const { rootDigest } = await editManifest(nodes, null, editsOf(all), () => {});
  reads.clear();
  writes.length = 0;
  const edited = await editManifest(nodes, rootDigest, editsOf(new Map([[5, 1], [77, 2], [59_999, null]])), () => {});
  // Three leaves and, above them, at most two branches each, the root shared.
  expect(writes.length).toBeLessThanOrEqual(3 * 2 + 1);
  expect(reads.size).toBeLessThanOrEqual(3 * 2 + 1);
  const reachable = new Set<string>();
  const walk = (digest: string): void => {
    reachable.add(digest);
    const node = decodeNode(objects.get(digest)!);
    if (node.kind === 'branch') for (const child of Object.values(node.children)) walk(child);
  };
  walk(edited.rootDigest!);
  expect(writes.every((digest) => reachable.has(digest))).toBe(true);
});

it('MANIFEST8 writes nothing for edits that say what is there already', async () => {
  const { nodes, writes } = memory();
  const all = new Map(Array.from({ length: 3_000 }, (_, seed) => [seed, 0]));
  const { rootDigest } = await editManifest(nodes, null, editsOf(all), () => {});
  writes.length = 0;
  const again = await editManifest(nodes, rootDigest, editsOf(new Map<number, number | null>([[1, 0], [2, 0], [9_999, null]])), () => { throw new Error('nothing changed'); });
  expect([again.rootDigest, again.images, writes.length]).toEqual([rootDigest, 3_000, 0]);
});
