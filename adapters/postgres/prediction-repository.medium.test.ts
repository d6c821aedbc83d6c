import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Arrived } from '../../application/predictions/arrived.ts';
import { type AcceptReply, keepArrivals } from '../../application/predictions/keep-arrivals.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { createInGroups } from '../../serving/in-groups.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { makeProject } from '../../testing/serving-process.ts';
import { createDatabase, createPool, type Database, type Pool } from './connection.ts';
import { createPredictionRepository } from './prediction-repository.ts';

let fresh: FreshDatabase;
let pool: Pool;
let database: Database;
beforeAll(async () => {
  fresh = await createFreshDatabase();
  pool = createPool(fresh.databaseUrl);
  database = createDatabase(pool);
});
afterAll(async () => {
  await database?.$disconnect();
  await pool?.end();
  await fresh?.drop();
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const version = { id: uuidv7(), number: 1, kind: 'light' as const };
const statistics = { meanRed: 1, meanGreen: 2, meanBlue: 3, contrast: 4, saturation: 0.5, sharpness: 6, motionBlur: 0.7, perceptualHash: 'fedcba9876543210' };

async function world(flagging = {}) {
  const made = await makeProject(database);
  const project: Arrived['project'] = {
    id: made.id, slug: made.slug, timeZone: 'UTC', classes: [{ classId: 0, name: 'badger' }, { classId: 1, name: 'fox' }],
    policy: { ...defaultPolicy, audit: { share: 0 }, flagging: { ...defaultPolicy.flagging, confidenceMin: 1, marginMin: 0, ...flagging } }, policyVersionId: uuidv7(),
  };
  const backbone = { weightsDigest: 'w', preprocessing: defaultPreprocessing, dimensions: 4, run: async () => [], close: async () => undefined };
  const head = { classIds: [0, 1], dimensions: 4, weights: new Float32Array([1, 0, 0, 0, 0, 1, 0, 0]), bias: new Float32Array(2), temperature: 1, normalise: 'none' as const, centroids: null };
  const records = createPredictionRepository(pool);
  const groups: number[] = [];
  const deps = { records, ids: { next: () => uuidv7() }, random: () => 0.5, shadow: { compared: () => undefined, failed: () => undefined, enter: () => null }, sha256, preprocessingDigest: () => 'p', blocks: { write: async (_key: string, rows: readonly Float32Array[]) => new Uint8Array(rows.length * 8) } };
  const keep = createInGroups<Arrived, AcceptReply>({
    groupOf: ({ project: { id } }) => id, groupSizeMax: 32, now: () => performance.now(),
    run: (group) => { groups.push(group.length); return keepArrivals(deps, group); },
  });
  const arrived = (key: string, more: { picture?: string; embedding?: number[]; camera?: string; at?: string; bodyHash?: string } = {}): Arrived => ({
    project, backbone, model: { version: version as never, backbone, head }, client: `${project.id}/key/1`, key, bodyHash: more.bodyHash ?? `hash of ${key}`,
    outcomes: [{
      about: { camera: more.camera ?? 'east', ...(more.at !== undefined && { capturedAt: more.at }) }, sha256: sha256(Buffer.from(more.picture ?? key)), byteSize: 9, elsewhere: null, contested: null,
      read: { mediaType: 'image/jpeg', width: 4, height: 3, statistics, exif: { time: null, offset: null, make: null, model: null } }, embedding: new Float32Array(more.embedding ?? [3, 0, 0, 0]),
    }],
  });
  const where = { projectId: project.id };
  const counts = async () => Promise.all([
    database.image.count({ where }), database.arrival.count({ where }), database.prediction.count({ where }), database.keyedReply.count({ where: { client: `${project.id}/key/1` } }), database.embeddingBlock.count({ where }),
  ]);
  return { project, where, keep, records, deps, arrived, groups, counts };
}
const codeOf = (error: unknown) => (error as { code?: string }).code;

describe('requests that come together', () => {
  it('share a transaction and a block, and each is answered with its own', async () => {
    const { keep, arrived, groups, counts, where } = await world();
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((key) => keep(arrived(key))));
    expect(groups).toEqual([1, 3]);
    expect(await counts()).toEqual([4, 4, 4, 4, 2]);
    for (const [at, { results, stored }] of replies.entries()) {
      const [result] = results;
      if (result?.outcome !== 'predicted') throw new Error('not predicted');
      const row = await database.prediction.findUniqueOrThrow({ where: { id: result.prediction.id } });
      const image = await database.image.findUniqueOrThrow({ where: { id: stored[0]!.imageId } });
      expect([row.imageId, row.arrivalId, image.sha256, stored[0]!.created]).toEqual([image.id, result.prediction.arrivalId, sha256(Buffer.from('abcd'[at]!)), true]);
      expect(row.probabilities).toEqual(result.prediction.classes.map(({ probability }) => expect.closeTo(probability, 15)));
      expect(image).toMatchObject({ perceptualHash: BigInt.asIntN(64, 0xfedcba9876543210n), statistics });
      expect(row.createdAt.getTime() - Date.parse(result.prediction.createdAt)).toBeLessThan(5_000);
    }
    expect((await database.imageEmbedding.findMany({ where, orderBy: { offset: 'asc' } })).map(({ offset }) => offset)).toEqual([0, 0, 1, 2]);
  });

  it('the same picture in several of them is one image, made by the first', async () => {
    const { keep, arrived, counts } = await world();
    await keep(arrived('first'));
    const replies = await Promise.all(['a', 'b', 'c'].map((key) => keep(arrived(key, { picture: 'one' }))));
    expect(new Set(replies.map(({ stored }) => stored[0]!.imageId)).size).toBe(1);
    expect(replies.map(({ stored }) => stored[0]!.created)).toEqual([true, false, false]);
    expect(await counts()).toEqual([2, 4, 4, 4, 3]);
  });

  it('one that the database refuses fails alone; its neighbours are stored once', async () => {
    const { keep, arrived, groups, counts } = await world();
    const bad = arrived('bad', { embedding: [NaN, 0, 0, 0] });
    const outcomes = await Promise.allSettled([keep(arrived('a')), keep(arrived('b')), keep(bad), keep(arrived('c'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toEqual([1, 3, 1, 1, 1]);
    expect((await counts()).slice(0, 4)).toEqual([3, 3, 3, 3]);
  });

  it('the same key twice in one group has one effect and one reply; with another body it is refused', async () => {
    const { keep, arrived, counts } = await world();
    const outcomes = await Promise.allSettled([keep(arrived('a')), keep(arrived('k', { picture: 'k' })), keep(arrived('k', { picture: 'k' })), keep(arrived('k', { picture: 'other', bodyHash: 'other' })), keep(arrived('b'))]);
    const [, first, second, third] = outcomes;
    if (first?.status !== 'fulfilled' || second?.status !== 'fulfilled' || third?.status !== 'rejected') throw new Error(JSON.stringify(outcomes));
    expect(second.value).toEqual(first.value);
    expect(codeOf(third.reason)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await counts()).slice(0, 4)).toEqual([3, 3, 3, 3]);
  });

  it('F1: a process that ends between object and row leaves nothing half done, and the same key makes it whole', async () => {
    const { deps, arrived, counts, keep } = await world();
    const dying = { ...deps, records: { ...deps.records, accept: async () => { throw new Error('ended here'); } } };
    await expect(keepArrivals(dying, [arrived('a'), arrived('b')])).rejects.toThrow('ended here');
    expect(await counts()).toEqual([0, 0, 0, 0, 0]);
    await Promise.all([keep(arrived('a')), keep(arrived('b'))]);
    expect((await counts()).slice(0, 4)).toEqual([2, 2, 2, 2]);
  });

  it('two processes that take the same request give one reply', async () => {
    const { deps, arrived, counts } = await world();
    const [one, other] = await Promise.all([keepArrivals(deps, [arrived('a')]), keepArrivals(deps, [arrived('a')])]);
    expect(one).toEqual(other);
    expect((await counts()).slice(0, 4)).toEqual([1, 1, 1, 1]);
  });

  it('belong to one burst where they follow each other, within the group and after what is stored; one of it is asked about', async () => {
    const { keep, arrived, where } = await world({ burstSeconds: 60, nearDuplicateBits: -1 });
    const at = (seconds: number): string => new Date(Date.UTC(2026, 4, 1, 10) + seconds * 1000).toISOString();
    await keep(arrived('a', { at: at(0) }));
    await Promise.all([keep(arrived('alone', { camera: 'west', at: at(1) })), keep(arrived('b', { at: at(50) })), keep(arrived('c', { at: at(100) })), keep(arrived('late', { at: at(400) }))]);
    const rows = await database.arrival.findMany({ where, orderBy: { capturedAt: 'asc' } });
    expect(rows.map(({ clientKey, burstKey }) => [clientKey, burstKey])).toEqual([
      ['a', `east/${at(0)}`], ['alone', `west/${at(1)}`], ['b', `east/${at(0)}`], ['c', `east/${at(0)}`], ['late', `east/${at(400)}`],
    ]);
    expect(rows[0]!.capturedAt).toEqual(new Date(at(0)));
    const items = await database.reviewItem.findMany({ where });
    const lead = items.find(({ burstKey, standsFor }) => burstKey === `east/${at(0)}` && standsFor === null);
    expect(items.filter(({ standsFor }) => standsFor === lead?.id)).toHaveLength(2);
    expect(items.filter(({ standsFor }) => standsFor === null)).toHaveLength(3);
  });
});
