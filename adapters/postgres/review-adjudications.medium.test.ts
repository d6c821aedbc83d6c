import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { askEverything, createReviewWorld, type ReviewProject, type ReviewWorld } from '../../testing/review-world.ts';

let world: ReviewWorld;
let at: ReviewProject;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(() => world.close());
beforeEach(async () => { at = await world.project({ ...askEverything, costs: { 2: { 1: 5 }, 1: { 2: 5 } } }); });

const queue = (more: object = {}) => world.reviews.unresolved(at.projectId, { after: null, limit: 50, why: null, ...more });
const settle = (itemId: string, classId: number, key: string = uuidv7()) => world.reviews.adjudicate({ projectId: at.projectId, itemId, userId: at.person('cy'), verdict: { kind: 'class', classId }, comment: 'seen it', key });

/** Items that ann and bob answered, each with two answers, before the round was closed. */
async function splitBetween(pairs: readonly (readonly [number, number])[]): Promise<string[]> {
  const made = await at.flagged(pairs.length, { answersWanted: 2 });
  const { roundId } = await at.collect();
  for (const [name, side] of [['ann', 0], ['bob', 1]] as const) {
    for (const item of await at.claim(name, pairs.length)) await at.answer(name, item, pairs[made.findIndex((each) => each.itemId === item.id)]?.[side] ?? 0);
  }
  await world.reviews.closeRound({ projectId: at.projectId, roundId: roundId ?? '', because: 'test' });
  return made.map((each) => each.itemId);
}

it('the queue is in the order of what a wrong label would cost, by pages', async () => {
  const [cheap, dear] = await splitBetween([[0, 1], [1, 2]]);
  const { entries, total } = await queue();
  expect(total).toBe(2);
  expect(entries.map((each) => ({ id: each.id, why: each.why, cost: each.expectedCost }))).toEqual([{ id: dear, why: 'half_answered', cost: 2.5 }, { id: cheap, why: 'half_answered', cost: 0.5 }]);
  expect(entries[0]?.split).toEqual([{ kind: 'class', classId: 1, count: 1 }, { kind: 'class', classId: 2, count: 1 }]);
  const [first] = (await queue({ limit: 1 })).entries;
  expect((await queue({ limit: 1, after: first })).entries.map((each) => each.id)).toEqual([cheap]);
  expect((await queue({ why: 'not_in_list' })).total).toBe(0);
});

it('a verdict settles, gives a label with its record, and is told with all answers side by side', async () => {
  const [itemId = ''] = await splitBetween([[0, 1]]);
  const { labelId, adjudicationId } = await settle(itemId, 2, 'once');
  expect(await settle(itemId, 2, 'once')).toEqual({ labelId, adjudicationId });
  await expect(settle(itemId, 1, 'once')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  await expect(settle(itemId, 1)).rejects.toMatchObject({ code: 'REVIEW_ITEM_SETTLED' });
  const detail = await world.reviews.adjudicationDetail(at.projectId, itemId);
  expect(detail).toMatchObject({ state: 'settled', label: { kind: 'class', classId: 2, source: 'adjudication' }, adjudications: [{ id: adjudicationId, person: { name: 'cy' }, classId: 2, comment: 'seen it', withdrawn: false }] });
  expect(detail?.given.map(({ person, classId }) => ({ name: person.name, classId }))).toEqual([{ name: 'ann', classId: 0 }, { name: 'bob', classId: 1 }]);
  expect((await queue()).total).toBe(0);
});

it('a verdict is taken back by a new record: the item is unresolved again and may be decided anew', async () => {
  const [itemId = ''] = await splitBetween([[0, 1]]);
  const { adjudicationId } = await settle(itemId, 2);
  const undo = { projectId: at.projectId, adjudicationId, userId: at.person('bob'), anyones: false, key: 'undo' };
  await expect(world.reviews.withdrawAdjudication(undo)).rejects.toMatchObject({ code: 'ADJUDICATION_NOT_FOUND' });
  expect(await world.reviews.withdrawAdjudication({ ...undo, anyones: true })).toEqual({ itemId });
  await expect(world.reviews.withdrawAdjudication({ ...undo, anyones: true, key: 'again' })).rejects.toMatchObject({ code: 'ADJUDICATION_NOT_FOUND' });
  const { imageId } = await at.item(itemId);
  expect((await at.labels(imageId)).map((each) => each.kind)).toEqual(['class', 'withdrawn']);
  expect((await queue()).entries.map((each) => each.id)).toEqual([itemId]);
  await settle(itemId, 0);
  expect((await at.labels(imageId)).at(-1)).toMatchObject({ kind: 'class', classId: 0, source: 'adjudication' });
  expect((await world.reviews.adjudicationDetail(at.projectId, itemId))?.adjudications.map((each) => each.withdrawn)).toEqual([true, false]);
  expect(await world.database.adjudication.count({ where: { projectId: at.projectId } })).toBe(3);
});

it('two verdicts at once: one holds, the other is refused', async () => {
  const [itemId = ''] = await splitBetween([[0, 1]]);
  const outcomes = await Promise.allSettled([settle(itemId, 0), settle(itemId, 1)]);
  expect(outcomes.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await at.labels((await at.item(itemId)).imageId)).toHaveLength(1);
});

it('a picture with a person in it is settled at once, hidden, and shown again when the answer is taken back', async () => {
  const [one] = await at.flagged(1, { answersWanted: 3 });
  await at.collect();
  const item = await at.claimOne('ann');
  const { annotationId, itemState } = await at.answer('ann', item, 'person');
  expect(itemState).toBe('settled');
  const imageId = one?.imageId ?? '';
  expect(await world.reviews.hidden([imageId])).toEqual(new Set([imageId]));
  expect(await world.reviews.hiddenIds(at.projectId, { after: null, limit: 10 })).toEqual([imageId]);
  expect(await at.labels(imageId)).toMatchObject([{ kind: 'unusable' }]);
  await world.reviews.withdraw({ projectId: at.projectId, annotationId, userId: at.person('ann'), key: 'undo', leaseSeconds: 60 });
  expect(await world.reviews.hidden([imageId])).toEqual(new Set());
  // What an admin decided since is not undone by an annotator.
  const again = await at.answer('ann', { id: item.id, fence: (await at.item(item.id)).fence }, 'person');
  await world.reviews.setVisibility({ projectId: at.projectId, imageId, hidden: true, reason: 'by hand', by: 'admin' });
  await world.reviews.withdraw({ projectId: at.projectId, annotationId: again.annotationId, userId: at.person('ann'), key: 'undo 2', leaseSeconds: 60 });
  expect(await world.reviews.hidden([imageId])).toEqual(new Set([imageId]));
  expect((await world.reviews.acts(at.projectId, imageId)).map((each) => each.hidden)).toEqual([true, true, false, true]);
  // The running product may neither edit nor delete these records.
  for (const table of ['ImageVisibility', 'ClassChange', 'LabelDispute', 'Adjudication', 'Annotation']) {
    await expect(world.database.$executeRawUnsafe(`DELETE FROM "${table}"`), table).rejects.toThrow(/permission denied/);
    await expect(world.database.$executeRawUnsafe(`UPDATE "${table}" SET "createdAt" = now()`), table).rejects.toThrow(/permission denied/);
  }
  await expect(world.reviews.setVisibility({ projectId: at.projectId, imageId: uuidv7(), hidden: true, reason: 'x', by: 'admin' })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
});
