import { afterAll, beforeAll, expect, it } from 'vitest';
import { askEverything, createReviewWorld, type ReviewWorld } from '../../testing/review-world.ts';
import { holdLabels } from './label-records.ts';
import { databaseNow, inTransaction } from './review-shared.ts';

let world: ReviewWorld;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(async () => { await world.close(); });

it('F25: 20 clients claim 1,000 items in 20 rounds: none twice, none left over', async () => {
  const at = await world.project();
  const taken: string[] = [];
  const asked = new Set<string>();
  for (let round = 1; round <= 20; round += 1) {
    for (const { itemId } of await at.flagged(50)) asked.add(itemId);
    expect(await at.collect(`round ${round}`)).toMatchObject({ outcome: 'done' });
    await Promise.all(Array.from({ length: 20 }, async (_, client) => {
      const holding: string[] = [];
      for (;;) {
        const items = await world.reviews.claim({ projectId: at.projectId, userId: `client-${round}-${client}`, count: 3, holding, leaseSeconds: 600 });
        if (items.length === 0) return;
        for (const item of items) { holding.push(item.id); taken.push(item.id); }
      }
    }));
    expect(taken).toHaveLength(round * 50);
  }
  expect(new Set(taken)).toEqual(asked);
}, 180_000);

it('F26: 200 leases that end while people type: whoever holds the item is heard, nobody is written over, and a free one may be taken again', async () => {
  const at = await world.project();
  await at.flagged(200);
  await at.collect('late');
  const ann = await world.reviews.claim({ projectId: at.projectId, userId: at.person('ann'), count: 200, leaseSeconds: 600 });
  expect(ann).toHaveLength(200);
  await world.database.$executeRaw`UPDATE "ReviewItem" SET "leaseExpiresAt" = ${databaseNow} - interval '1 second' WHERE "projectId" = ${at.projectId}::uuid`;
  // Bob takes half of them and answers half of that.
  const bob = await at.claim('bob', 100);
  for (const item of bob.slice(0, 50)) await at.answer('bob', item, 2);
  const late = await Promise.all(ann.map((item) => at.answer('ann', item, 0).then(() => 'written', (error: { code: string }) => error.code)));
  const bobHas = new Map(bob.map((item, place) => [item.id, place < 50 ? 'REVIEW_ITEM_SETTLED' : 'REVIEW_LEASE_EXPIRED']));
  expect(late).toEqual(ann.map((item) => bobHas.get(item.id) ?? 'REVIEW_LEASE_EXPIRED'));
  // What nobody took is hers again, under a new fence, and her answers stand; what is Bob's is his.
  const again = await at.claim('ann', 200);
  expect(new Set(again.map((item) => item.id))).toEqual(new Set(ann.filter((item) => !bobHas.has(item.id)).map((item) => item.id)));
  for (const item of again) await at.answer('ann', item, 0);
  for (const item of bob.slice(50)) await at.answer('bob', item, 2);
  const rows = await world.database.annotation.findMany({ where: { projectId: at.projectId }, select: { reviewItemId: true, userId: true, classId: true } });
  expect(rows).toHaveLength(200);
  expect(new Set(rows.map((row) => row.reviewItemId)).size).toBe(200);
  expect(rows.filter((row) => (row.userId === at.person('bob')) !== (row.classId === 2))).toEqual([]);
  expect(await world.database.label.count({ where: { projectId: at.projectId } })).toBe(200);
}, 120_000);

it('a label of one image is written beside that of another, and waits while the labels of the project stand still', async () => {
  const at = await world.project();
  await at.flagged(2);
  await at.collect('beside');
  const [one, two] = await at.claim('ann', 2);
  if (one === undefined || two === undefined) throw new Error('nothing was claimed');
  let late: Promise<unknown> = Promise.resolve();
  let ended = false;
  await inTransaction(world.database, async (transaction) => {
    await holdLabels(transaction, at.projectId);
    late = at.answer('ann', one, 0).then(() => { ended = true; });
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    expect(ended).toBe(false);
  });
  await late;
  // An open transaction that holds one image's labels does not keep the other's back.
  await inTransaction(world.database, async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${`labels/${at.projectId}`}, 0)), pg_advisory_xact_lock(hashtextextended(${`label/${one.imageId}`}, 0))`;
    await at.answer('ann', two, 1);
  });
  expect((await at.labels(two.imageId)).map((label) => label.classId)).toEqual([1]);
});

it('a round holds what the hours of annotators’ time are enough for, with some easy items between the hard', async () => {
  const policy = { ...askEverything, review: { ...askEverything.review, hoursMax: 1 / 60, easyShare: 0.4 } };
  const at = await world.project(policy);
  await at.flagged(4);
  expect(await at.collect('no pace is known yet')).toMatchObject({ why: expect.stringContaining('4 items') as string });
  // Six seconds an answer: two, two, two, and eighteen. A pause would count as two minutes.
  for (const [place, item] of (await at.claim('ann', 4)).entries()) await at.answer('ann', item, 0, { leadTimeMs: place === 0 ? 18_000 : 2_000 });
  const waiting = await at.flagged(40);
  await at.collect('by hours');
  const asked = await world.database.reviewItem.findMany({ where: { projectId: at.projectId, state: 'open' }, select: { id: true } });
  expect(asked).toHaveLength(10);
  const last = new Set(waiting.slice(-4).map((each) => each.itemId));
  expect(asked.filter((each) => last.has(each.id))).toHaveLength(4);
});
