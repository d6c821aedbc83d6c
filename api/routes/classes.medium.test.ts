import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReviewApiWorld, type ReviewApiWorld } from '../../testing/review-api-world.ts';
import { askEverything } from '../../testing/review-world.ts';

let w: ReviewApiWorld;
beforeAll(async () => { w = await createReviewApiWorld(); });
afterAll(() => w.close());
const sha = (imageId: string) => imageId.replaceAll('-', '').padEnd(64, '0');

async function labelled(classId: number, count: number): Promise<string[]> {
  const made = await w.at.flagged(count);
  await w.world.database.reviewItem.updateMany({ where: { id: { in: made.map((each) => each.itemId) } }, data: { state: 'passed_over' } });
  await w.reviews.importLabels({ projectId: w.at.projectId, by: 'e', labels: made.map((each) => ({ sha256: sha(each.imageId), classId, group: null })) });
  return made.map((each) => each.imageId);
}
const newest = async (imageId: string) => (await w.at.labels(imageId)).at(-1);

it('a class is added and renamed; ids are never used again, names stand once', async () => {
  const [ann, eve] = [await w.as('ann-http'), await w.as('eve', 'engineer')];
  expect((await ann.post('/classes', { key: uuidv7(), name: 'genet' })).status).toBe(403);
  const key = uuidv7();
  const added = await eve.post('/classes', { key, name: 'genet', description: 'spotted, ringed tail' });
  expect(added.body).toEqual({ version: 2, classIds: [3], labelsMoved: 0, itemsAsked: 0, policyVersion: 1 });
  expect((await eve.post('/classes', { key, name: 'genet', description: 'spotted, ringed tail' })).body).toEqual(added.body);
  expect((await eve.post('/classes', { key: uuidv7(), name: 'Genet' })).body).toMatchObject({ code: 'CLASS_EXISTS' });
  expect((await eve.patch('/classes/3', { key: uuidv7(), name: 'common genet' })).body).toMatchObject({ version: 3, classIds: [3] });
  expect((await eve.patch('/classes/9', { key: uuidv7(), name: 'x' })).body).toMatchObject({ code: 'CLASS_UNKNOWN' });
  expect((await ann.get('/classes')).body).toMatchObject({ version: 3, classes: [{ classId: 0 }, { classId: 1 }, { classId: 2 }, { classId: 3, name: 'common genet', description: 'spotted, ringed tail' }], gone: [] });
  // The project still tells its classes as before: an id and a name.
  expect((await ann.get('')).body.classes.at(-1)).toEqual({ classId: 3, name: 'common genet' });
  expect((await ann.get('/classes/3/card')).body).toMatchObject({ description: 'spotted, ringed tail', labels: 0 });
});

it('merged classes: labels follow by new records, open answers and the model’s read as what they became, the policy forgets them', async () => {
  const [one = ''] = await labelled(2, 1);
  const [gold = ''] = await labelled(2, 1);
  const [ann, bob, eve] = [await w.as('ann-http'), await w.as('bob-http'), await w.as('eve', 'engineer')];
  await eve.post('/gold-images', { imageIds: [gold] });
  await w.world.projects.setPolicy(w.at.projectId, { ...askEverything, costs: { 2: { 0: 5 }, 0: { 1: 3 } } }, 'eve');
  const [asked] = await w.at.flagged(1, { answersWanted: 2, topClassId: 2 });
  await w.at.collect('merge');
  const first = (await ann.post('/review/claims', { count: 1 })).body.items[0] as { id: string; fence: number };
  await ann.post(`/review/items/${first.id}/annotations`, { key: uuidv7(), fence: first.fence, kind: 'class', classId: 2 });
  const merged = await eve.post('/classes/merges', { key: uuidv7(), from: [2], into: 1 });
  expect(merged.body).toMatchObject({ labelsMoved: 2, classIds: [1], policyVersion: 3 });
  expect(await newest(one)).toMatchObject({ classId: 1, source: 'class_change' });
  expect((await w.at.labels(one)).map((each) => each.classId)).toEqual([2, 1]);
  expect(await w.world.database.goldImage.findMany({ where: { imageId: gold }, select: { classId: true, retiredAt: true }, orderBy: { id: 'asc' } })).toMatchObject([{ classId: 2, retiredAt: expect.any(Date) as Date }, { classId: 1, retiredAt: null }]);
  expect((await eve.get('/policy')).body.costs).toEqual({ 0: { 1: 3 } });
  expect((await ann.get('/classes')).body.gone).toMatchObject([{ classId: 2, name: 'badger', how: 'merged', into: [1] }]);
  // Bob's hare and ann's badger of before are one answer now.
  const second = (await bob.post('/review/claims', { count: 1 })).body.items[0] as { id: string; fence: number; prediction: { top: { classId: number; name: string; probability: number }[] } };
  expect(second.id).toBe(asked?.itemId);
  expect(second.prediction.top[0]).toMatchObject({ classId: 1, name: 'hare' });
  expect(second.prediction.top[0]?.probability).toBeCloseTo(0.85);
  expect((await bob.post(`/review/items/${second.id}/annotations`, { key: uuidv7(), fence: second.fence, kind: 'class', classId: 2 })).body).toMatchObject({ code: 'CLASS_UNKNOWN' });
  expect((await bob.post(`/review/items/${second.id}/annotations`, { key: uuidv7(), fence: second.fence, kind: 'class', classId: 1 })).body).toMatchObject({ itemState: 'settled' });
  expect(await newest(asked?.imageId ?? '')).toMatchObject({ classId: 1, source: 'review' });
});

it('a split class: images that are named follow, the others are asked about again; an audit image stays one', async () => {
  const [known = '', open = ''] = await labelled(0, 2);
  const [audit] = await w.at.flagged(1, { purpose: 'audit', blind: true });
  await w.at.collect('split');
  const [ann, eve] = [await w.as('ann-http'), await w.as('eve', 'engineer')];
  const held = (await ann.post('/review/claims', { count: 10 })).body.items as { id: string; fence: number }[];
  const mine = held.find((each) => each.id === audit?.itemId);
  await ann.post(`/review/items/${mine?.id}/annotations`, { key: uuidv7(), fence: mine?.fence, kind: 'class', classId: 0 });
  expect(await newest(audit?.imageId ?? '')).toMatchObject({ classId: 0, audit: true });
  const body = { key: uuidv7(), into: [{ name: 'red fox', imageIds: [known] }, { name: 'grey fox' }] };
  const split = await eve.post('/classes/0/split', body);
  expect(split.body).toMatchObject({ classIds: [4, 5], labelsMoved: 1, itemsAsked: 2 });
  expect((await eve.post('/classes/0/split', body)).body).toEqual(split.body);
  expect(await newest(known)).toMatchObject({ classId: 4, source: 'class_change' });
  expect(await newest(open)).toMatchObject({ kind: 'withdrawn' });
  const items = await w.world.database.reviewItem.findMany({ where: { projectId: w.at.projectId, state: 'waiting', value: 1.5 } });
  expect(items.find((each) => each.imageId === audit?.imageId)).toMatchObject({ purpose: 'audit', blind: true, predictionId: audit?.predictionId });
  expect(items.find((each) => each.imageId === open)).toMatchObject({ purpose: 'flagged' });
  await w.at.collect('split again');
  const again = ((await ann.post('/review/claims', { count: 20 })).body.items as { id: string; fence: number; imageId: string }[]).find((each) => each.imageId === audit?.imageId);
  expect((await ann.post(`/review/items/${again?.id}/annotations`, { key: uuidv7(), fence: again?.fence, kind: 'class', classId: 5 })).body).toMatchObject({ itemState: 'settled' });
  expect(await newest(audit?.imageId ?? '')).toMatchObject({ classId: 5, audit: true, source: 'review' });
});

it('what people say should be in the list is proposed, until it is', async () => {
  await w.at.flagged(2);
  await w.at.collect('proposals');
  const [ann, eve] = [await w.as('ann-http'), await w.as('eve', 'engineer')];
  const items = ((await ann.post('/review/claims', { count: 30 })).body.items as { id: string; fence: number }[]).slice(0, 2);
  for (const [nth, item] of items.entries()) await ann.post(`/review/items/${item.id}/annotations`, { key: uuidv7(), fence: item.fence, kind: 'not_in_list', proposedName: nth === 0 ? 'Lynx' : 'lynx', ...(nth === 1 && { comment: 'ear tufts' }) });
  expect((await ann.get('/classes')).body.proposals).toMatchObject([{ count: 2, people: 1, newestItem: items[1]?.id, comments: ['ear tufts'] }]);
  await eve.post('/classes', { key: uuidv7(), name: 'lynx' });
  expect((await ann.get('/classes')).body.proposals).toEqual([]);
});
