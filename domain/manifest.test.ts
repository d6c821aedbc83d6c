import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildManifest, decodeNode, encodeNode, leafRowsMax, type ManifestRow } from './manifest.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const row = (seed: number, classId = 0): ManifestRow => ({ imageId: `i${seed}`, sha256: digestOf(new TextEncoder().encode(String(seed))), classId, labelId: `l${seed}`, split: 'train', group: `g${seed}` });
const many = (count: number): ManifestRow[] => Array.from({ length: count }, (_, seed) => row(seed));
const leavesOf = (objects: ReadonlyMap<string, Uint8Array>) => [...objects.values()].map(decodeNode).filter((node) => node.kind === 'leaf');

it('MANIFEST1 makes the same tree of the same rows in any order', () => {
  fc.assert(fc.property(fc.shuffledSubarray(many(40), { minLength: 40 }), (rows) => {
    expect(buildManifest(rows, digestOf).rootDigest).toBe(buildManifest(many(40), digestOf).rootDigest);
  }), { numRuns: 30 });
});

it('MANIFEST2 keeps every row once, in leaves of at most 512', () => {
  for (const count of [0, 1, leafRowsMax, leafRowsMax + 1, 3_000]) {
    const leaves = leavesOf(buildManifest(many(count), digestOf).objects);
    expect(leaves.every((leaf) => leaf.rows.length <= leafRowsMax)).toBe(true);
    expect(new Set(leaves.flatMap((leaf) => leaf.rows.map((each) => each.sha256))).size).toBe(count);
  }
});

it('MANIFEST3 writes no more than a leaf and the nodes above it for one changed row', () => {
  const rows = many(20_000);
  const before = buildManifest(rows, digestOf);
  const after = buildManifest(rows.map((each, at) => (at === 777 ? { ...each, classId: 5 } : each)), digestOf);
  const fresh = [...after.objects].filter(([digest]) => !before.objects.has(digest));
  expect(fresh.length).toBeGreaterThan(0);
  expect(fresh.length).toBeLessThanOrEqual(4);
});

it('MANIFEST4 reads back what was written', () => {
  for (const bytes of buildManifest(many(1_000), digestOf).objects.values()) expect(encodeNode(decodeNode(bytes))).toEqual(bytes);
});
