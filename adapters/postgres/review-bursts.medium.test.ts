import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AnnotationKind } from '../../domain/review.ts';
import { createReviewWorld, type ReviewProject, type ReviewWorld } from '../../testing/review-world.ts';

let world: ReviewWorld;
let at: ReviewProject;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(() => world.close());
beforeEach(async () => { at = await world.project(); });

/** A burst: one that is asked, three behind it, one more of the same burst that nobody asks about. */
async function burst(answersWanted = 1) {
  const [lead] = await at.flagged(1, { burstKey: 'north/1', answersWanted });
  if (lead === undefined) throw new Error('none');
  const behind = await at.flagged(3, { burstKey: 'north/1', standsFor: lead.itemId });
  const [beside] = await at.flagged(1, { burstKey: 'north/1' });
  await world.database.reviewItem.update({ where: { id: beside?.itemId ?? '' }, data: { state: 'passed_over' } });
  await at.collect();
  return { lead, behind, beside: beside?.imageId ?? '' };
}
type Exception = { imageId: string; kind: AnnotationKind; classId: number | null };
const decide = (name: string, item: { id: string; fence: number }, seen: readonly string[], more: { kind?: AnnotationKind; classId?: number | null; exceptions?: readonly Exception[]; key?: string } = {}) => world.reviews.annotateBurst({
  projectId: at.projectId, itemId: item.id, userId: at.person(name), key: more.key ?? uuidv7(), fence: item.fence, kind: more.kind ?? 'class', classId: more.classId === undefined ? 1 : more.classId, comment: null, leadTimeMs: 900, seen, exceptions: more.exceptions ?? [],
});

it('a burst is shown with all its frames, in time, and says which are asked about', async () => {
  const { lead, behind, beside } = await burst();
  const frames = (await world.reviews.frames(at.projectId, [lead.itemId])).get(lead.itemId) ?? [];
  expect(frames).toHaveLength(5);
  expect(frames.filter((each) => each.leads).map((each) => each.imageId)).toEqual([lead.imageId]);
  expect(new Set(frames.filter((each) => each.answerable).map((each) => each.imageId))).toEqual(new Set([lead.imageId, ...behind.map((each) => each.imageId)]));
  expect(frames.find((each) => each.imageId === beside)).toMatchObject({ answerable: false, topClassId: 1, confidence: 0.7 });
});

it('one decision with an exception: labels remember which were spread, and from what', async () => {
  const { lead, behind: [same, other, unseen] } = await burst();
  const item = await at.claimOne('ann');
  const seen = [lead.imageId, same?.imageId ?? '', other?.imageId ?? ''];
  const exceptions = [{ imageId: other?.imageId ?? '', kind: 'class' as const, classId: 2 }];
  const reply = await decide('ann', item, seen, { exceptions, key: 'one' });
  expect(reply).toMatchObject({ itemState: 'settled', answered: 3, spread: 1 });
  expect(await decide('ann', item, seen, { exceptions, key: 'one' })).toEqual(reply);
  const [label] = await at.labels(lead.imageId);
  expect(label).toMatchObject({ source: 'review', classId: 1 });
  expect(await at.labels(same?.imageId ?? '')).toMatchObject([{ source: 'propagated', classId: 1, propagatedFrom: label?.id }]);
  expect(await at.labels(other?.imageId ?? '')).toMatchObject([{ source: 'review', classId: 2, propagatedFrom: null }]);
  // A frame that nobody looked at gets the item's class as before, with no annotation that says somebody saw it.
  expect(await at.labels(unseen?.imageId ?? '')).toMatchObject([{ source: 'propagated', classId: 1 }]);
  expect(await world.database.annotation.count({ where: { imageId: unseen?.imageId ?? '' } })).toBe(0);
  expect(await world.database.annotation.findMany({ where: { projectId: at.projectId }, orderBy: { id: 'asc' }, select: { classId: true, propagatedFrom: true } })).toEqual([
    { classId: 1, propagatedFrom: null }, { classId: 1, propagatedFrom: reply.annotationId }, { classId: 2, propagatedFrom: null },
  ]);
});

it('what was not on screen cannot be answered, and nothing is written then', async () => {
  const { lead, behind: [first], beside } = await burst();
  const item = await at.claimOne('ann');
  const exception = (imageId: string): Exception[] => [{ imageId, kind: 'class', classId: 2 }];
  await expect(decide('ann', item, [first?.imageId ?? ''])).rejects.toMatchObject({ code: 'REVIEW_IMAGE_NOT_SEEN', details: { images: [lead.imageId] } });
  await expect(decide('ann', item, [lead.imageId], { exceptions: exception(first?.imageId ?? '') })).rejects.toMatchObject({ code: 'REVIEW_IMAGE_NOT_SEEN' });
  await expect(decide('ann', item, [lead.imageId, beside], { exceptions: exception(beside) })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  expect(await world.database.annotation.count({ where: { projectId: at.projectId } })).toBe(0);
  expect(await decide('ann', item, [lead.imageId])).toMatchObject({ itemState: 'settled', answered: 1, spread: 0 });
});

it('a decision on a burst is taken back whole', async () => {
  const { lead, behind: [same, other] } = await burst();
  const item = await at.claimOne('ann');
  const { annotationId } = await decide('ann', item, [lead.imageId, same?.imageId ?? '', other?.imageId ?? ''], { exceptions: [{ imageId: other?.imageId ?? '', kind: 'person', classId: null }] });
  expect(await world.reviews.hidden([other?.imageId ?? ''])).toEqual(new Set([other?.imageId]));
  const held = await world.reviews.withdraw({ projectId: at.projectId, annotationId, userId: at.person('ann'), key: 'undo', leaseSeconds: 60 });
  for (const imageId of [lead.imageId, same?.imageId ?? '', other?.imageId ?? '']) expect((await at.labels(imageId)).at(-1)?.kind).toBe('withdrawn');
  expect(await world.reviews.hidden([other?.imageId ?? ''])).toEqual(new Set());
  expect(await decide('ann', held, [lead.imageId, same?.imageId ?? '', other?.imageId ?? ''], { classId: 0 })).toMatchObject({ answered: 3, spread: 2 });
  expect((await at.labels(other?.imageId ?? '')).at(-1)).toMatchObject({ source: 'propagated', classId: 0 });
});

it('where two answers are wanted, frames on which the two differ go to an adjudicator', async () => {
  const { lead, behind: [same, other] } = await burst(2);
  const seen = [lead.imageId, same?.imageId ?? '', other?.imageId ?? ''];
  expect(await decide('ann', await at.claimOne('ann'), seen)).toMatchObject({ itemState: 'open' });
  expect(await at.labels(same?.imageId ?? '')).toEqual([]);
  expect(await decide('bob', await at.claimOne('bob'), seen, { exceptions: [{ imageId: other?.imageId ?? '', kind: 'class', classId: 0 }] })).toMatchObject({ itemState: 'settled' });
  expect(await at.labels(same?.imageId ?? '')).toMatchObject([{ source: 'propagated', classId: 1 }]);
  expect(await at.labels(other?.imageId ?? '')).toEqual([]);
  expect(await at.item(other?.itemId ?? '')).toMatchObject({ state: 'unresolved', unresolvedWhy: 'disagreement' });
});
