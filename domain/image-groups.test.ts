import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashDistance } from './flagging.ts';
import { groupImages } from './image-groups.ts';
import { nearDuplicateMs, nearPairs } from './near-duplicates.ts';
import type { ManifestSplit } from './split-name.ts';
import { splitFor } from './splits.ts';

const hours = (count: number): Date => new Date(Date.UTC(2026, 5, 1) + count * 3600_000);
/** Hashes that lie near one another often. */
const hash = fc.tuple(fc.constantFrom<bigint>(0n, 0x0f0f_f0f0_3c3c_a5a5n, -1n), fc.array(fc.nat(63), { maxLength: 6 })).map(([base, flips]) => BigInt.asIntN(64, flips.reduce<bigint>((value, bit) => value ^ (1n << BigInt(bit)), base)));
const image = fc.record({ hash, hour: fc.nat(100), burst: fc.nat(20), audit: fc.boolean() });
const bits = fc.integer({ min: 0, max: 9 });

it('NEAR1 finds what comparing every pair finds', () => {
  fc.assert(fc.property(fc.array(image, { maxLength: 60 }), bits, (images, most) => {
    const told = new Set<string>();
    nearPairs(images.map((each) => ({ hash: each.hash, at: hours(each.hour) })), most, (a, b) => told.add(a < b ? `${a} ${b}` : `${b} ${a}`));
    // Pairs are told so that what is near is connected: equal hashes in between stand for one another.
    const parent = images.map((_, at) => at);
    const rootOf = (at: number): number => (parent[at] === at ? at : rootOf(parent[at]!));
    for (const pair of told) {
      const [a, b] = pair.split(' ').map(Number) as [number, number];
      expect(hashDistance(images[a]!.hash, images[b]!.hash)).toBeLessThanOrEqual(most);
      expect(Math.abs(hours(images[a]!.hour).getTime() - hours(images[b]!.hour).getTime())).toBeLessThan(nearDuplicateMs);
      parent[rootOf(a)] = rootOf(b);
    }
    images.forEach((a, i) => images.forEach((b, j) => {
      if (hashDistance(a.hash, b.hash) <= most && Math.abs(a.hour - b.hour) < 24) expect(rootOf(i)).toBe(rootOf(j));
    }));
  }), { numRuns: 200 });
});

it('NEAR2 tells none below 0', () => {
  nearPairs([{ hash: 1n, at: hours(0) }, { hash: 1n, at: hours(0) }], -1, () => { throw new Error('told'); });
});

it('SPLIT9 never parts frames of a burst or near copies, however the labels come in', () => {
  fc.assert(fc.property(fc.array(fc.array(image, { maxLength: 12 }), { maxLength: 6 }), bits, (freezes, most) => {
    const placed: { hash: bigint; at: Date; naturalKey: string; groupKey: string; audit: boolean }[] = [];
    const sides = new Map<string, ManifestSplit>();
    freezes.forEach((images, freeze) => {
      const near = (a: { hash: bigint; at: Date }, b: { hash: bigint; at: Date }) => Math.abs(a.at.getTime() - b.at.getTime()) < nearDuplicateMs && hashDistance(a.hash, b.hash) <= most;
      const asked = images.map((each, at) => ({ imageId: `${freeze}.${at}`, camera: 'c', hash: each.hash, at: hours(each.hour), naturalKey: `b${each.burst}`, audit: each.audit }));
      const withGroups = asked.map((each) => ({ ...each, nearGroups: [...new Set(placed.filter((old) => old.naturalKey === each.naturalKey || near(old, each)).map((old) => old.groupKey))] }));
      const { groups, apart } = groupImages(withGroups, sides, most);
      expect(groups.length + apart.length).toBe(images.length);
      for (const { imageId, groupKey } of groups) placed.push({ ...asked.find((each) => each.imageId === imageId)!, groupKey });
      for (const { groupKey } of groups) if (!sides.has(groupKey)) sides.set(groupKey, splitFor({ groupKey, origin: placed.some((each) => each.groupKey === groupKey && each.audit) ? 'audit' : 'flagged' }));
      for (const a of placed) for (const b of placed) if (a.naturalKey === b.naturalKey || near(a, b)) expect(sides.get(a.groupKey)).toBe(sides.get(b.groupKey));
    });
  }), { numRuns: 300 });
});
