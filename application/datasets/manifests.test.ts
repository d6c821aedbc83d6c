import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildManifest, type ManifestRow } from '../../domain/manifest.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { type RowDifference, walkDifferences } from './diff-versions.ts';
import { objectKeyOf, readManifest, readPage, walkLeaves } from './read-manifest.ts';
import { verifyManifest } from './verify-manifest.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const row = (seed: number, classId = 0): ManifestRow => ({ imageId: `i${seed}`, sha256: digestOf(new TextEncoder().encode(String(seed))), classId, labelId: `l${seed}`, split: 'train', group: `g${seed}` });
const many = (count: number, classOf = (_seed: number) => 0): ManifestRow[] => Array.from({ length: count }, (_, seed) => row(seed, classOf(seed)));
const byHash = (a: ManifestRow, b: ManifestRow): number => (a.sha256 < b.sha256 ? -1 : 1);

let store = createMemoryObjectStore();
let reads = 0;
const deps = { get store() { return { ...store, get: (key: string) => { reads += 1; return store.get(key); } }; }, digestOf };
beforeEach(() => { store = createMemoryObjectStore(); reads = 0; });
async function put(rows: readonly ManifestRow[]): Promise<string> {
  const { rootDigest, objects } = buildManifest(rows, digestOf);
  for (const [digest, bytes] of objects) await store.put(objectKeyOf('p', digest), bytes);
  return rootDigest;
}
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of items) found.push(each);
  return found;
}

describe('differences', () => {
  it('MANIFEST5 tells added, removed and changed rows apart, in order, whatever the sizes', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(1_400), fc.nat(1_400), fc.nat(1_400), fc.integer({ min: 2, max: 50 }), async (from, size, now, every) => {
      store = createMemoryObjectStore();
      const before = many(size);
      const after = Array.from({ length: now }, (_, at) => row(from + at, (from + at) % every === 0 ? 1 : 0));
      const old = new Map(before.map((each) => [each.sha256, each]));
      const fresh = new Map(after.map((each) => [each.sha256, each]));
      const wanted: RowDifference[] = [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((sha256): RowDifference[] => {
        const [was, is] = [old.get(sha256), fresh.get(sha256)];
        if (was === undefined) return is === undefined ? [] : [{ kind: 'added', row: is }];
        if (is === undefined) return [{ kind: 'removed', row: was }];
        return was.classId === is.classId ? [] : [{ kind: 'changed', before: was, after: is }];
      });
      expect(await all(walkDifferences(deps, 'p', await put(before), await put(after)))).toEqual(wanted);
    }), { numRuns: 25 });
  });

  it('reads the parts that differ and no others', async () => {
    const before = many(40_000);
    const [one, two] = [await put(before), await put(before.map((each, at) => (at === 123 ? { ...each, classId: 1 } : each)))];
    expect(await all(walkDifferences(deps, 'p', one, two))).toHaveLength(1);
    expect(reads).toBeLessThanOrEqual(8);
    expect(await all(walkDifferences(deps, 'p', two, two))).toEqual([]);
  });
});

describe('reading', () => {
  it('walks all rows in order, and a page reads only the leaves that hold it', async () => {
    const rows = many(20_000).toSorted(byHash);
    const root = await put(rows);
    expect((await all(walkLeaves(deps, 'p', root))).flat()).toEqual(rows);
    expect(await readManifest(deps, 'p', root)).toEqual(rows);
    reads = 0;
    expect(await readPage(deps, 'p', root, rows[9_999]!.sha256, 50)).toEqual(rows.slice(10_000, 10_050));
    expect(reads).toBeLessThanOrEqual(6);
    expect(await readPage(deps, 'p', root, rows.at(-1)!.sha256, 50)).toEqual([]);
  });
});

describe('verification', () => {
  it('counts each object and image once, whole or part by part', async () => {
    const root = await put(many(9_000));
    const whole = await verifyManifest(deps, 'p', root, async () => true);
    expect(whole).toEqual({ objects: store.objects.size, images: 9_000, damaged: [] });
    for (const parts of [[...'0123456789abcdef'], [...'0123456789abcdef'].flatMap((a) => [...'0123456789abcdef'].map((b) => a + b))]) {
      let [objects, images] = [0, 0];
      for (const part of parts) {
        const done = await verifyManifest(deps, 'p', root, async () => true, part);
        [objects, images] = [objects + done.objects, images + done.images];
      }
      expect(images).toBe(9_000);
      expect(objects).toBe(store.objects.size);
    }
  });

  it('names what is missing, changed or no node at all, and goes on', async () => {
    const rows = many(3_000);
    const root = await put(rows);
    const [first, second] = [...store.objects.keys()].filter((key) => !key.endsWith(root));
    store.objects.delete(first!);
    store.objects.set(second!, new TextEncoder().encode('{'));
    const lost = rows[5]!.sha256;
    const { damaged } = await verifyManifest(deps, 'p', root, async (each) => each.sha256 !== lost);
    const digests = [first, second].map((key) => key!.split('/').at(-1)!);
    expect(damaged.filter((line) => line.startsWith('manifest')).toSorted()).toEqual(digests.map((digest) => `manifest ${digest}`).toSorted());
    expect(damaged.filter((line) => line.startsWith('image')).every((line) => line === `image ${lost}`)).toBe(true);
  });
});
