import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { createDatabase, type Database } from './connection.ts';
import { createReviewRepository } from './review-repository.ts';

let fresh: FreshDatabase;
let database: Database;
let reviews: ReturnType<typeof createReviewRepository>;
let projectId: string;
let modelVersionId: string;
const policy: Policy = { ...defaultPolicy, review: { ...defaultPolicy.review, shareMax: 1, itemsMax: 5_000 } };

beforeAll(async () => {
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl, 20);
  reviews = createReviewRepository(database);
});
afterAll(async () => {
  await database.$disconnect();
  await fresh.drop();
});
beforeEach(async () => {
  projectId = uuidv7();
  modelVersionId = uuidv7();
  const classSetId = uuidv7();
  await database.project.create({ data: { id: projectId, slug: `p-${projectId.slice(-8)}`, name: 'p' } });
  await database.classSet.create({ data: { id: classSetId, projectId, version: 1, classes: [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }], createdBy: 'test' } });
  await database.modelVersion.create({ data: { id: modelVersionId, projectId, number: 7, kind: 'light', key: 'k', classSetId } });
  for (const name of ['ann', 'bob', 'cy']) {
    const userId = `${name}-${projectId}`;
    await database.user.create({ data: { id: userId, name, email: `${userId}@example.org` } });
    await database.membership.create({ data: { userId, projectId, role: 'annotator' } });
  }
});
const person = (name: string): string => `${name}-${projectId}`;

/** Images that were predicted and flagged, each with an item that waits. */
async function flagged(count: number, more: { purpose?: string; blind?: boolean; standsFor?: string; answersWanted?: number } = {}) {
  const made = Array.from({ length: count }, (_, at) => ({ imageId: uuidv7(), arrivalId: uuidv7(), predictionId: uuidv7(), itemId: uuidv7(), at }));
  await database.image.createMany({ data: made.map((each) => ({ id: each.imageId, projectId, sha256: each.imageId.replaceAll('-', '').padEnd(64, '0'), objectKey: 'k', byteSize: 1, mediaType: 'image/png', width: 4, height: 3, statistics: {}, perceptualHash: 0n })) });
  await database.arrival.createMany({ data: made.map((each) => ({ id: each.arrivalId, projectId, imageId: each.imageId, sentBy: 's', clientKey: 'c' })) });
  await database.prediction.createMany({ data: made.map((each) => ({ id: each.predictionId, projectId, imageId: each.imageId, arrivalId: each.arrivalId, modelVersionId, policyVersionId: uuidv7(), probabilities: [0.3, 0.7], topClassId: 1, confidence: 0.7, rawScore: 0.7, margin: 0.4, audit: more.purpose === 'audit', auditShare: 0.04, eventAt: new Date() })) });
  await database.reviewItem.createMany({ data: made.map((each) => ({ id: each.itemId, projectId, imageId: each.imageId, predictionId: each.predictionId, purpose: 'flagged', blind: false, value: 1 - each.at / 1e6, state: 'waiting', ...more })) });
  return made;
}
const collect = (key = 'k1', itemsMax: number | null = null) => reviews.collectRound({ projectId, reason: 'test', key, itemsMax, policy, policyVersionId: uuidv7() });
const claim = (name: string, count: number) => reviews.claim({ projectId, userId: person(name), count, leaseSeconds: 60 });
const answer = (name: string, item: { id: string; fence: number }, more: { key?: string; kind?: 'class' | 'unsure' | 'bad_image' | 'skip'; classId?: number | null } = {}) =>
  reviews.annotate({ projectId, itemId: item.id, userId: person(name), key: more.key ?? uuidv7(), fence: item.fence, kind: more.kind ?? 'class', classId: more.classId === undefined ? (more.kind === undefined || more.kind === 'class' ? 1 : null) : more.classId, comment: null, leadTimeMs: 5 });
const labelsOf = (imageId: string) => database.label.findMany({ where: { projectId, imageId }, orderBy: { createdAt: 'asc' } });
async function expire(itemId: string): Promise<void> {
  await database.$executeRaw`UPDATE "ReviewItem" SET "leaseExpiresAt" = (clock_timestamp() AT TIME ZONE 'UTC') - interval '1 second' WHERE "id" = ${itemId}::uuid`;
}

describe('rounds', () => {
  it('opens one round for a key, also when two ask at once, and asks audit items beyond the budget', async () => {
    await flagged(6);
    await flagged(2, { purpose: 'audit', blind: true });
    const [one, two] = await Promise.all([collect('k', 3), collect('k', 3)]);
    expect(one.roundId).toBe(two.roundId);
    expect(one.outcome).toBe('done');
    const items = await database.reviewItem.findMany({ where: { roundId: one.roundId }, orderBy: { position: 'asc' } });
    expect(items.map((each) => each.purpose).toSorted()).toEqual(['audit', 'audit', 'flagged']);
    expect(await reviews.roundState({ projectId, roundId: one.roundId ?? '' })).toMatchObject({ state: 'open', left: 3, settled: 0 });
  });

  it('is skipped where nothing waits, and passes over what two rounds had no room for', async () => {
    expect(await collect()).toMatchObject({ outcome: 'skipped', roundId: null });
    await flagged(3);
    await collect('a', 1);
    expect(await database.reviewItem.count({ where: { projectId, state: 'waiting' } })).toBe(2);
    await flagged(1);
    await collect('b', 1);
    expect(await database.reviewItem.groupBy({ by: ['state'], where: { projectId }, _count: true, orderBy: { state: 'asc' } })).toMatchObject([{ state: 'open', _count: 2 }, { state: 'passed_over', _count: 2 }]);
  });

  it('gives unanswered items back when it closes, once', async () => {
    await flagged(2);
    const { roundId } = await collect();
    await claim('ann', 1);
    expect(await reviews.closeRound({ projectId, roundId: roundId ?? '', because: 'test' })).toMatchObject({ outcome: 'done' });
    expect(await reviews.closeRound({ projectId, roundId: roundId ?? '', because: 'test' })).toMatchObject({ outcome: 'skipped' });
    expect(await database.reviewItem.count({ where: { projectId, state: 'waiting', roundId: null, leasedBy: null } })).toBe(2);
    await expect(reviews.closeRound({ projectId, roundId: uuidv7(), because: 'x' })).rejects.toMatchObject({ code: 'REVIEW_ROUND_NOT_FOUND' });
  });
});

describe('leases', () => {
  it('F25: 20 clients claim 1,000 items: none twice, none left over', async () => {
    await flagged(1_000);
    await collect();
    const taken: string[] = [];
    const times: number[] = [];
    await Promise.all(Array.from({ length: 20 }, async (_, client) => {
      const holding: string[] = [];
      for (;;) {
        const from = performance.now();
        const items = await reviews.claim({ projectId, userId: `client-${client}`, count: 10, holding, leaseSeconds: 600 });
        times.push(performance.now() - from);
        if (items.length === 0) return;
        for (const item of items) { holding.push(item.id); taken.push(item.id); }
      }
    }));
    console.log(`F25: ${times.length} claims, p99 ${times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]?.toFixed(0)} ms`);
    expect(taken).toHaveLength(1_000);
    expect(new Set(taken).size).toBe(1_000);
  }, 120_000);

  it('shows the same person its items again, under the same fence, and raises the fence for the next', async () => {
    await flagged(2);
    await collect();
    const first = await claim('ann', 2);
    expect(first[0]).toMatchObject({ burstSize: 1, prediction: { confidence: 0.7, modelVersionNumber: 7, classes: [{ classId: 1, probability: 0.7 }, { classId: 0, probability: 0.3 }] } });
    expect((await claim('ann', 2)).map(({ id, fence }) => ({ id, fence }))).toEqual(first.map(({ id, fence }) => ({ id, fence })));
    expect(await claim('bob', 2)).toEqual([]);
    await expire(first[0]?.id ?? '');
    expect(await claim('bob', 2)).toMatchObject([{ id: first[0]?.id, fence: (first[0]?.fence ?? 0) + 1 }]);
    expect(await reviews.renew({ projectId, userId: person('ann'), leaseSeconds: 60, items: first })).toEqual([first[1]?.id]);
  });

  it('F26: refuses a late answer, and gives the stored reply to a key that was acknowledged', async () => {
    await flagged(2);
    await collect();
    const [late, kept] = await claim('ann', 2);
    if (late === undefined || kept === undefined) throw new Error('no items');
    await expire(late.id);
    await expect(answer('ann', late)).rejects.toMatchObject({ code: 'REVIEW_LEASE_EXPIRED' });
    const done = await answer('ann', kept, { key: 'once' });
    expect(await answer('ann', kept, { key: 'once' })).toEqual(done);
    await expect(answer('ann', kept, { key: 'once', classId: 0 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    await expect(answer('ann', kept)).rejects.toMatchObject({ code: 'REVIEW_ITEM_SETTLED' });
    await expect(answer('ann', { id: uuidv7(), fence: 0 })).rejects.toMatchObject({ code: 'REVIEW_ITEM_NOT_FOUND' });
    expect(await database.annotation.count({ where: { projectId } })).toBe(1);
  });

  it('F14: one key sent five times at once has one effect', async () => {
    await flagged(1);
    await collect();
    const [item] = await claim('ann', 1);
    if (item === undefined) throw new Error('no item');
    const replies = await Promise.all(Array.from({ length: 5 }, () => answer('ann', item, { key: 'same' })));
    expect(new Set(replies.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await labelsOf(item.imageId)).toHaveLength(1);
  });
});

describe('answers', () => {
  it('settles into a label with its outbox row, and spreads it to the frames behind it, where these have none of their own', async () => {
    const [lead] = await flagged(1);
    const [free, own] = await flagged(2, { standsFor: lead?.itemId ?? '' });
    await reviews.importLabels({ projectId, by: 'e', labels: [{ sha256: own?.imageId.replaceAll('-', '').padEnd(64, '0') ?? '', classId: 0, group: null }] });
    const { roundId } = await collect();
    const [item] = await claim('ann', 5);
    if (item === undefined || lead === undefined) throw new Error('no item');
    expect(item.burstSize).toBe(3);
    expect(await answer('ann', item)).toMatchObject({ itemState: 'settled' });
    const [label] = await labelsOf(lead.imageId);
    expect(label).toMatchObject({ kind: 'class', classId: 1, source: 'review', audit: false });
    expect(await labelsOf(free?.imageId ?? '')).toMatchObject([{ source: 'propagated', classId: 1, propagatedFrom: label?.id }]);
    expect(await labelsOf(own?.imageId ?? '')).toMatchObject([{ source: 'import', classId: 0 }]);
    expect((await reviews.undelivered(10)).filter((row) => row.projectId === projectId)).toMatchObject([{ roundId }]);
    expect(await reviews.roundState({ projectId, roundId: roundId ?? '' })).toMatchObject({ left: 0, settled: 1 });
    expect(await database.historyEvent.count({ where: { projectId, action: 'label.changed' } })).toBe(3);
  });

  it('takes an answer back with all that followed from it, once, and lets the person answer again', async () => {
    const [lead] = await flagged(1);
    const [behind] = await flagged(1, { standsFor: lead?.itemId ?? '' });
    await collect();
    const [item] = await claim('ann', 1);
    if (item === undefined) throw new Error('no item');
    const { annotationId } = await answer('ann', item, { classId: 0 });
    const undo = { projectId, annotationId, userId: person('ann'), key: 'undo', leaseSeconds: 60 };
    await expect(reviews.withdraw({ ...undo, userId: person('bob') })).rejects.toMatchObject({ code: 'ANNOTATION_NOT_FOUND' });
    const [held, again] = [await reviews.withdraw(undo), await reviews.withdraw(undo)];
    expect(held.fence).toBe(item.fence + 1);
    expect(again.fence).toBe(held.fence);
    expect((await labelsOf(item.imageId)).map((each) => each.kind)).toEqual(['class', 'withdrawn']);
    expect((await labelsOf(behind?.imageId ?? '')).map((each) => each.kind)).toEqual(['class', 'withdrawn']);
    expect(await answer('ann', held, { classId: 1 })).toMatchObject({ itemState: 'settled' });
    expect((await labelsOf(item.imageId)).at(-1)).toMatchObject({ kind: 'class', classId: 1 });
    expect((await labelsOf(behind?.imageId ?? '')).at(-1)).toMatchObject({ kind: 'class', classId: 1, source: 'propagated' });
  });

  it('asks different people where two answers are wanted, and lets an adjudicator settle three that differ', async () => {
    await flagged(1, { answersWanted: 2 });
    await collect();
    for (const [name, kind, classId] of [['ann', 'class', 0], ['bob', 'class', 1], ['cy', 'bad_image', null]] as const) {
      const [item] = await claim(name, 1);
      if (item === undefined) throw new Error(`nothing for ${name}`);
      const { itemState } = await answer(name, item, { kind, classId });
      expect(itemState).toBe(name === 'cy' ? 'unresolved' : 'open');
      expect(await claim(name, 1)).toEqual([]);
    }
    const [item] = await database.reviewItem.findMany({ where: { projectId } });
    const settle = { projectId, itemId: item?.id ?? '', userId: person('ann'), verdict: { kind: 'class' as const, classId: 0 }, comment: null, key: 'verdict' };
    await reviews.adjudicate(settle);
    expect(await labelsOf(item?.imageId ?? '')).toMatchObject([{ source: 'adjudication', classId: 0 }]);
    await expect(reviews.adjudicate({ ...settle, key: 'another' })).rejects.toMatchObject({ code: 'REVIEW_ITEM_SETTLED' });
  });

  it('gives what one skipped to the next, and to an adjudicator when nobody is left', async () => {
    await flagged(1);
    await collect();
    for (const name of ['ann', 'bob', 'cy']) {
      const [item] = await claim(name, 1);
      if (item === undefined) throw new Error(`nothing for ${name}`);
      expect(await answer(name, item, { kind: 'skip' })).toMatchObject({ itemState: name === 'cy' ? 'unresolved' : 'open' });
    }
  });
});

it('sends an item to an adjudicator when the only one left is a key that operates the project', async () => {
  await database.membership.deleteMany({ where: { projectId, userId: { not: person('ann') } } });
  for (const [owner, role] of [[null, 'admin'], [projectId, 'engineer']] as const) await database.apiKey.create({ data: { id: uuidv7(), projectId: owner, name: role, role, hash: uuidv7(), prefix: 'prn_x' } });
  await flagged(1);
  const { roundId } = await collect();
  const [item] = await claim('ann', 1);
  if (item === undefined) throw new Error('no item');
  expect(await answer('ann', item, { kind: 'skip' })).toMatchObject({ itemState: 'unresolved' });
  expect(await reviews.roundState({ projectId, roundId: roundId ?? '' })).toMatchObject({ left: 0 });
});

it('a repeated undo does not hand out a hold that is over or somebody else\'s', async () => {
  await flagged(1);
  await collect();
  const [item] = await claim('ann', 1);
  if (item === undefined) throw new Error('no item');
  const { annotationId } = await answer('ann', item);
  const undo = { projectId, annotationId, userId: person('ann'), key: 'undo', leaseSeconds: 60 };
  await reviews.withdraw(undo);
  await expire(item.id);
  await expect(reviews.withdraw(undo)).rejects.toMatchObject({ code: 'REVIEW_LEASE_EXPIRED' });
  await claim('bob', 1);
  await expect(reviews.withdraw(undo)).rejects.toMatchObject({ code: 'REVIEW_LEASE_EXPIRED' });
});

it('importing the same labels again changes nothing, nor does it undo what a person decided', async () => {
  const [one] = await flagged(1);
  const sha256 = one?.imageId.replaceAll('-', '').padEnd(64, '0') ?? '';
  const send = (classId: number) => reviews.importLabels({ projectId, by: 'e', labels: [{ sha256, classId, group: null }, { sha256: 'f'.repeat(64), classId: 0, group: null }] });
  expect(await send(0)).toEqual({ created: 1, unchanged: 0, unknownImages: ['f'.repeat(64)] });
  expect(await send(0)).toMatchObject({ created: 0, unchanged: 1 });
  await collect();
  const [item] = await claim('ann', 1);
  if (item === undefined) throw new Error('no item');
  await answer('ann', item, { classId: 1 });
  expect(await send(0)).toMatchObject({ created: 0, unchanged: 1 });
  expect((await reviews.list(projectId, null, 10)).map(({ classId, source }) => ({ classId, source }))).toEqual([{ classId: 1, source: 'review' }]);
});
