import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { showAgreement } from '../../application/review/agreement.ts';
import { askEverything, createReviewWorld, type ReviewProject, type ReviewWorld } from '../../testing/review-world.ts';

let world: ReviewWorld;
let at: ReviewProject;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(() => world.close());
beforeEach(async () => { at = await world.project({ ...askEverything, review: { ...askEverything.review, goldShare: 0.5 } }); });

async function labelled(classId: number, count: number): Promise<string[]> {
  const made = await at.flagged(count);
  await world.database.reviewItem.updateMany({ where: { id: { in: made.map((each) => each.itemId) } }, data: { state: 'passed_over' } });
  await world.reviews.importLabels({ projectId: at.projectId, by: 'e', labels: made.map((each) => ({ sha256: each.imageId.replaceAll('-', '').padEnd(64, '0'), classId, group: null })) });
  return made.map((each) => each.imageId);
}
const addGold = (imageIds: readonly string[]) => world.reviews.addGold({ projectId: at.projectId, imageIds, by: 'eve' });

it('images become gold once, where their label holds and they may be seen', async () => {
  const [one = '', hidden = ''] = await labelled(0, 2);
  const [bare] = await at.flagged(1);
  await world.reviews.setVisibility({ projectId: at.projectId, imageId: hidden, hidden: true, reason: 'person', by: 'ada' });
  const nowhere = uuidv7();
  expect(await addGold([one, one, hidden, bare?.imageId ?? '', nowhere])).toEqual({ added: 1, skipped: [{ imageId: hidden, why: 'hidden' }, { imageId: bare?.imageId, why: 'no_label' }, { imageId: nowhere, why: 'unknown' }] });
  expect(await addGold([one])).toEqual({ added: 0, skipped: [{ imageId: one, why: 'already' }] });
  expect(await world.reviews.goldImages(at.projectId, { after: null, limit: 10 })).toMatchObject([{ imageId: one, classId: 0, asked: 0, right: 0, addedBy: 'eve' }]);
  await world.reviews.retireGold({ projectId: at.projectId, imageId: one, by: 'eve' });
  await expect(world.reviews.retireGold({ projectId: at.projectId, imageId: one, by: 'eve' })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  expect(await addGold([one])).toMatchObject({ added: 1 });
});

it('gold items are hidden in a round: blind, strewn, no older or younger by their ids; answers measure the person and label nothing', async () => {
  const gold = await labelled(0, 4);
  await addGold(gold);
  await at.flagged(8);
  const { roundId, why } = await at.collect();
  expect(why).toContain('asks about 8 items');
  const items = await world.database.reviewItem.findMany({ where: { roundId: roundId ?? '' }, orderBy: { position: 'asc' } });
  const mine = items.filter((each) => each.purpose === 'gold');
  expect(mine.length).toBeGreaterThanOrEqual(4);
  expect(mine.every((each) => each.blind && gold.includes(each.imageId))).toBe(true);
  const made = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  const ordinary = items.filter((each) => each.purpose === 'flagged').map((each) => made(each.id));
  expect(mine.every((each) => made(each.id) >= Math.min(...ordinary) && made(each.id) <= Math.max(...ordinary))).toBe(true);
  const labels = await world.database.label.count({ where: { projectId: at.projectId } });
  const held = (await at.claim('ann', 50)).filter((item) => mine.some((each) => each.id === item.id));
  for (const [nth, item] of held.entries()) expect(await at.answer('ann', item, nth === 0 ? 1 : nth === 1 ? 'unsure' : 0)).toMatchObject({ itemState: 'settled' });
  expect(await world.database.label.count({ where: { projectId: at.projectId } })).toBe(labels);
  const report = await showAgreement({ reviews: world.reviews, names: world.reviews.namesOf, project: async () => ({ policy: askEverything, classes: [] }) }, at.projectId, 30);
  expect(report.annotators).toMatchObject([{ name: 'ann', gold: { asked: held.length - 1, right: held.length - 2 } }]);
  // What nobody answered is not asked in the next round as if it were an ordinary item.
  await world.reviews.closeRound({ projectId: at.projectId, roundId: roundId ?? '', because: 'test' });
  expect(await world.database.reviewItem.count({ where: { projectId: at.projectId, purpose: 'gold', state: 'waiting' } })).toBe(0);
});

it('agreement is over items that two answered; what a person answered alone is no part of it', async () => {
  const project = await world.project();
  await project.flagged(3, { answersWanted: 2 });
  await project.flagged(1);
  await project.collect();
  for (const item of await project.claim('ann', 4)) await project.answer('ann', item, 0);
  for (const [nth, item] of (await project.claim('bob', 4)).entries()) await project.answer('bob', item, nth === 0 ? 1 : 0);
  const classes = [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }];
  const report = await showAgreement({ reviews: world.reviews, names: world.reviews.namesOf, project: async () => ({ policy: askEverything, classes }) }, project.projectId, 30);
  expect(report).toMatchObject({ items: 3, people: 2, pairs: [{ firstName: 'ann', secondName: 'bob', items: 3, share: 2 / 3 }], confusions: [{ firstName: 'fox', secondName: 'hare', items: 1 }] });
});
