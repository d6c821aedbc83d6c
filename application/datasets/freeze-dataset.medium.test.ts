import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../adapters/postgres/connection.ts';
import { createDatasetRepository } from '../../adapters/postgres/dataset-repository.ts';
import { createLabelRepository } from '../../adapters/postgres/label-repository.ts';
import { buildManifest } from '../../domain/manifest.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { freezeDataset, type FreezeDependencies } from './freeze-dataset.ts';
import { readManifest } from './read-manifest.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
let fresh: FreshDatabase;
let database: Database;
let projectId: string;
let store: ReturnType<typeof createMemoryObjectStore>;
let deps: FreezeDependencies;
const cameras = new Map<string, string>();

beforeAll(async () => {
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl);
});
afterAll(async () => {
  await database.$disconnect();
  await fresh.drop();
});
beforeEach(async () => {
  projectId = uuidv7();
  cameras.clear();
  await database.project.create({ data: { id: projectId, slug: `p-${projectId.slice(-8)}`, name: 'p' } });
  store = createMemoryObjectStore();
  deps = { records: createDatasetRepository(database), store, digestOf, classSetId: async () => projectId, nearDuplicateBits: async () => 4 };
});

interface Given { name: string; classId?: number; source?: 'import' | 'review'; audit?: boolean; burst?: string | null; camera?: string | null; hash?: bigint; at?: Date }
const noon = new Date('2026-06-01T12:00:00Z');
const imageIds = new Map<string, string>();

/** Images that are there, with labels as reviews and imports write them. */
async function labelled(...images: readonly Given[]): Promise<void> {
  for (const { name, classId = 0, source = 'review', audit = false, burst = null, camera = null, hash, at = noon } of images) {
    const id = uuidv7();
    imageIds.set(name, id);
    if (camera !== null && !cameras.has(camera)) {
      cameras.set(camera, uuidv7());
      await database.camera.create({ data: { id: cameras.get(camera)!, projectId, name: camera } });
    }
    const sha256 = digestOf(new TextEncoder().encode(name));
    await database.image.create({ data: { id, projectId, sha256, objectKey: 'k', byteSize: 1, mediaType: 'image/png', width: 4, height: 3, statistics: {}, perceptualHash: hash ?? BigInt.asIntN(64, BigInt(`0x${sha256.slice(0, 16)}`)) } });
    await database.arrival.create({ data: { id: uuidv7(), projectId, imageId: id, cameraId: camera === null ? null : cameras.get(camera)!, burstKey: burst, capturedAt: at, sentBy: 's', clientKey: 'c' } });
    await label(name, { classId, source, audit });
  }
}
const label = (name: string, { kind = 'class', classId = 0, source = 'review', audit = false }: { kind?: 'class' | 'withdrawn'; classId?: number; source?: string; audit?: boolean }) => {
  const held = { id: uuidv7(), projectId, imageId: imageIds.get(name)!, kind, classId: kind === 'class' ? classId : null, source, audit, blind: audit, createdBy: 'ann' };
  return database.$executeRaw`INSERT INTO "Label" ("id", "projectId", "imageId", "kind", "classId", "source", "audit", "blind", "createdBy", "createdAt") VALUES (${held.id}::uuid, ${projectId}::uuid, ${held.imageId}::uuid, ${held.kind}, ${held.classId}, ${source}, ${audit}, ${audit}, 'ann', clock_timestamp() AT TIME ZONE 'UTC')`;
};
const freeze = (key = uuidv7()) => freezeDataset(deps, { projectId, reason: 'test', key, by: 'ann' });
async function rows() {
  const version = await deps.records.latest(projectId);
  const found = version === null ? [] : await readManifest(deps, projectId, version.rootDigest);
  const names = new Map([...imageIds].map(([name, id]) => [id, name]));
  return new Map(found.map((row) => [names.get(row.imageId) ?? '', row]));
}
const splitOf = async (name: string) => (await rows()).get(name)?.split ?? null;
const holdout = async (which: 'audit' | 'reference') => {
  const names = new Map([...imageIds].map(([name, id]) => [id, name]));
  return (await deps.records.holdout(projectId, which)).map((each) => names.get(each.imageId) ?? '').toSorted();
};
/** A camera whose imported images train, found by trying. */
const trainingGroup = async (name: string, more: Partial<Given> = {}): Promise<string> => {
  for (let tries = 0; tries < 40; tries += 1) {
    await labelled({ name: `${name}${tries}`, burst: `${name}${tries}`, ...more });
    await freeze();
    if (await splitOf(`${name}${tries}`) === 'train') return `${name}${tries}`;
  }
  throw new Error('no group trains');
};

describe('a version', () => {
  it('is made once for a key, also when two ask at once, and not again while nothing changed', async () => {
    expect(await freeze()).toMatchObject({ outcome: 'skipped', why: 'no image is labelled yet' });
    await labelled({ name: 'a' }, { name: 'b', classId: 1 });
    const [one, two] = await Promise.all([freeze('k'), freeze('k')]);
    expect([one.version?.number, two.version?.number]).toEqual([1, 1]);
    expect(await freeze('k')).toMatchObject({ outcome: 'done', version: { number: 1 } });
    expect(await freeze('other')).toMatchObject({ outcome: 'skipped', why: 'nothing changed since dataset version 1' });
  });

  it('is the tree of all labels that hold, whatever came, changed and went between versions', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `i${at}`);
    await labelled(...names.map((name, at) => ({ name, classId: at % 3 })));
    await freeze();
    for (const name of names.slice(0, 5)) await label(name, { classId: 7 });
    for (const name of names.slice(5, 8)) await label(name, { kind: 'withdrawn' });
    await labelled({ name: 'late', classId: 2 });
    const { version } = await freeze();
    const found = [...(await rows()).values()];
    expect(found).toHaveLength(38);
    expect(version).toMatchObject({ number: 2, imageCount: 38, rootDigest: buildManifest(found, digestOf).rootDigest });
    const classes = Object.fromEntries([...Map.groupBy(found, (row) => String(row.classId))].map(([id, own]) => [id, own.length]));
    expect(version?.classCounts).toEqual(classes);
    expect(Object.values(version?.splitCounts ?? {}).reduce((a, b) => a + b, 0)).toBe(38);
    expect(await freeze()).toMatchObject({ outcome: 'skipped' });
  });

  it('takes in a label that is written while it is being made, or leaves it for the next', async () => {
    const records = createLabelRepository(database);
    await labelled(...Array.from({ length: 30 }, (_, at) => ({ name: `w${at}`, source: 'import' as const })));
    const hashes = [...imageIds].filter(([name]) => name.startsWith('w')).map(([name]) => digestOf(new TextEncoder().encode(name)));
    await Promise.all([
      ...hashes.map((sha256) => records.importLabels({ projectId, by: 'ann', labels: [{ sha256, classId: 5, group: null }] })),
      ...Array.from({ length: 6 }, () => freeze()),
    ]);
    await freeze();
    const found = await rows();
    expect([...found].filter(([name]) => name.startsWith('w')).every(([, row]) => row.classId === 5)).toBe(true);
    expect(found.size).toBe(30);
  });

  it('keeps nothing of a freeze that fails', async () => {
    await labelled({ name: 'a', burst: 'b1' });
    const broken = { ...deps, store: { ...store, putIfAbsent: async () => { throw new Error('the store is down'); } } };
    await expect(freezeDataset(broken, { projectId, reason: 'test', key: 'k', by: 'ann' })).rejects.toThrow('the store is down');
    expect(await database.splitAssignment.count({ where: { projectId } })).toBe(0);
    expect(await database.imageGroup.count({ where: { projectId } })).toBe(0);
    expect(await freeze('k')).toMatchObject({ outcome: 'done', version: { number: 1, imageCount: 1 } });
  });
});

describe('sides', () => {
  const hash = 0x0f0f_3333_5555_7777n;
  const camera = 'gate';
  const hoursLater = (hours: number): Date => new Date(noon.getTime() + hours * 3600_000);

  it('SPLIT4 holds an audit image out with its burst and its near copies, across bursts', async () => {
    await labelled({ name: 'audited', audit: true, burst: 'b1', camera, hash }, { name: 'same burst', burst: 'b1', camera, hash: ~hash });
    await labelled({ name: 'near copy', burst: 'b2', camera, hash: hash ^ 0b1011n, at: hoursLater(5) }, { name: 'its burst', burst: 'b2', camera, hash: 1n, at: hoursLater(5) });
    await labelled({ name: 'another day', burst: 'b3', camera, hash, at: hoursLater(48) }, { name: 'another camera', burst: 'b4', camera: 'far', hash }, { name: 'unlike', burst: 'b5', camera, hash: hash ^ 0xffffn });
    await freeze();
    const found = await rows();
    for (const name of ['audited', 'same burst', 'near copy', 'its burst']) expect([name, found.get(name)?.split]).toEqual([name, 'test']);
    for (const name of ['another day', 'another camera', 'unlike']) expect([name, found.get(name)?.split]).not.toEqual([name, 'test']);
    expect(new Set(['audited', 'same burst', 'near copy', 'its burst'].map((name) => found.get(name)?.group)).size).toBe(1);
    expect(await holdout('audit')).toEqual(['audited']);
  });

  it('SPLIT5 lets an audit image train, and never judge, when its burst or a near copy trains already', async () => {
    const burst = await trainingGroup('t', { camera, hash });
    await labelled({ name: 'audited frame', audit: true, burst, camera, hash: 1n });
    await labelled({ name: 'audited copy', audit: true, burst: 'new', camera, hash: hash ^ 1n, at: hoursLater(3) });
    await freeze();
    expect([await splitOf('audited frame'), await splitOf('audited copy')]).toEqual(['train', 'train']);
    expect(await holdout('audit')).toEqual([]);
  });

  it('SPLIT6 leaves a picture out that is a near copy of images on both sides', async () => {
    await trainingGroup('t', { camera, hash });
    await labelled({ name: 'held out', audit: true, burst: 'h', camera, hash: hash ^ 0b111111n });
    await freeze();
    await labelled({ name: 'between', burst: 'z', camera, hash: hash ^ 0b111n }, { name: 'more' });
    expect((await freeze()).why).toContain('1 left out because they are near copies of images on both sides');
    expect(await splitOf('between')).toBe(null);
    expect(await splitOf('more')).not.toBe(null);
    expect(await splitOf('held out')).toBe('test');
  });

  it('SPLIT7 keeps the frames of a burst together that was joined to another by a near copy', async () => {
    await labelled({ name: 'one', burst: 'b1', camera, hash }, { name: 'two', burst: 'b2', camera, hash });
    await freeze();
    await labelled({ name: 'three', burst: 'b2', camera, hash: 9n }, { name: 'four', burst: 'b1', camera, hash: 99n });
    await freeze();
    const found = await rows();
    expect(new Set(['one', 'two', 'three', 'four'].map((name) => found.get(name)?.group)).size).toBe(1);
  });

  it('SPLIT8 looks at bursts alone where near copies are turned off', async () => {
    deps = { ...deps, nearDuplicateBits: async () => -1 };
    await labelled({ name: 'one', burst: 'b1', camera, hash }, { name: 'two', burst: 'b2', camera, hash });
    await freeze();
    const found = await rows();
    expect(found.get('one')?.group).not.toBe(found.get('two')?.group);
  });
});

describe('the audit holdout', () => {
  it('HOLDOUT3 retires by a recorded act what a newer one has taken the place of: it trains from the next version on, and does not come back', async () => {
    const later = new Date(noon.getTime() + 200 * 24 * 3600_000);
    await labelled({ name: 'old', audit: true, burst: 'o' }, { name: 'old frame', burst: 'o' }, { name: 'imported', source: 'import', burst: 'o' });
    await labelled(...Array.from({ length: 3 }, (_, at) => ({ name: `older${at}`, audit: true, burst: `older${at}` })));
    await labelled(...Array.from({ length: 500 }, (_, at) => ({ name: `new${at}`, audit: true, at: later })));
    await freeze();
    expect(await deps.records.holdoutStanding(projectId)).toMatchObject({ audit: { images: 504, retirable: 3, newest: later }, reference: { images: 1, looks: 0 } });
    // The burst that a reference image is in stays held out.
    expect(await deps.records.retireAuditHoldout(projectId, 'ann')).toEqual({ images: 3, groups: 3 });
    expect(await deps.records.retireAuditHoldout(projectId, 'ann')).toEqual({ images: 0, groups: 0 });
    expect(await database.historyEvent.findMany({ where: { projectId, action: 'holdout.retired' } })).toMatchObject([{ actor: 'ann', after: { images: 3 } }]);
    expect(await splitOf('older1')).toBe('test');
    expect(await freeze()).toMatchObject({ outcome: 'done', version: { imageCount: 506 } });
    expect(['train', 'validation']).toContain(await splitOf('older1'));
    expect([await splitOf('old'), await splitOf('new7')]).toEqual(['test', 'test']);
    await label('older1', { classId: 3, audit: true });
    await freeze();
    expect(await holdout('audit')).toHaveLength(501);
  });
});
