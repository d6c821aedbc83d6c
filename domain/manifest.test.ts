import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildManifest, decodeNode, diffRows, leafRowsMax, type ManifestRow } from './manifest.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const rowOf = (n: number, classId = n % 3): ManifestRow => ({
  imageId: `image-${n}`, sha256: digestOf(new TextEncoder().encode(String(n))), classId, labelId: `label-${n}-${classId}`, split: 'train', group: `g${n % 7}`,
});
const rows = Array.from({ length: 5_000 }, (_, n) => rowOf(n));

describe('a manifest', () => {
  it('is the same for the same rows in any order', () => {
    expect(buildManifest(rows.toReversed(), digestOf).rootDigest).toBe(buildManifest(rows, digestOf).rootDigest);
  });
  it('keeps every row once, in leaves of at most 512', () => {
    const { objects } = buildManifest(rows, digestOf);
    const leaves = [...objects.values()].map(decodeNode).filter((node) => node.kind === 'leaf');
    expect(Math.max(...leaves.map((leaf) => leaf.rows.length))).toBeLessThanOrEqual(leafRowsMax);
    expect(leaves.flatMap((leaf) => leaf.rows.map((row) => row.imageId)).toSorted()).toEqual(rows.map((row) => row.imageId).toSorted());
  });
  it('shares with its parent all that did not change: three changed rows cost a few objects', () => {
    const before = buildManifest(rows, digestOf);
    const changed = rows.map((row, at) => (at < 3 ? rowOf(at, 9) : row));
    const after = buildManifest(changed, digestOf);
    const fresh = [...after.objects.keys()].filter((digest) => !before.objects.has(digest));
    expect(after.rootDigest).not.toBe(before.rootDigest);
    // A leaf and the nodes above it for each changed row, at the most.
    expect(fresh.length).toBeLessThanOrEqual(3 * 3);
    expect(before.objects.size).toBeGreaterThan(fresh.length);
  });
  it('of no rows is an empty leaf', () => {
    const { rootDigest, objects } = buildManifest([], digestOf);
    expect(decodeNode(objects.get(rootDigest) as Uint8Array)).toEqual({ kind: 'leaf', rows: [] });
  });
});

describe('the difference of two versions', () => {
  it('names what came, what went and what changed', () => {
    const after = [...rows.slice(1, 10), rowOf(9_999), rowOf(3, 2)].filter((row, at, all) => all.findLastIndex((each) => each.sha256 === row.sha256) === at);
    const diff = diffRows(rows.slice(0, 10), after);
    expect(diff.added.map((row) => row.imageId)).toEqual(['image-9999']);
    expect(diff.removed.map((row) => row.imageId)).toEqual(['image-0']);
    expect(diff.changed.map(({ before, after: now }) => [before.classId, now.classId])).toEqual([[0, 2]]);
  });
});
