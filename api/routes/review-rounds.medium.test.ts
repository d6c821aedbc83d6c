import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReviewApiWorld, type ReviewApiWorld } from '../../testing/review-api-world.ts';

let w: ReviewApiWorld;
beforeAll(async () => { w = await createReviewApiWorld(); });
afterAll(() => w.close());
type Item = { id: string; imageId: string; fence: number; prediction: { confidence: number } };

it('a page of one class: exceptions marked, the rest accepted, and nothing that was not on screen', async () => {
  await w.at.flagged(2, { topClassId: 0, confidence: 0.9 });
  await w.at.flagged(2, { topClassId: 2, confidence: 0.6 });
  await w.at.flagged(2, { topClassId: 2, confidence: 0.95 });
  const [blind] = await w.at.flagged(1, { topClassId: 2, blind: true });
  await w.at.collect('grid');
  const [ann, bob] = [await w.as('ann-http'), await w.as('bob-http')];
  expect((await ann.get('/review/grid/classes')).body).toEqual({ items: [{ classId: 2, name: 'badger', count: 4 }, { classId: 0, name: 'fox', count: 2 }] });
  const page = (await ann.post('/review/grid/claims', { classId: 2, count: 3 })).body as { name: string; items: Item[] };
  expect(page.name).toBe('badger');
  expect(page.items.map((each) => each.prediction.confidence)).toEqual([0.95, 0.95, 0.6]);
  expect((await bob.post('/review/grid/claims', { classId: 2, count: 10 })).body.items).toHaveLength(1);
  // Asked again, the same page comes back under the same fences.
  expect(((await ann.post('/review/grid/claims', { classId: 2, count: 3 })).body.items as Item[]).map(({ id, fence }) => ({ id, fence }))).toEqual(page.items.map(({ id, fence }) => ({ id, fence })));
  const [a, b, c] = page.items as [Item, Item, Item];
  const accept = [a, b].map(({ id, fence }) => ({ item: id, fence }));
  const body = { key: uuidv7(), classId: 2, seen: [a.imageId, b.imageId, c.imageId], accept, exceptions: [{ item: c.id, fence: c.fence, kind: 'class', classId: 1 }], leadTimeMs: 3_000 };
  const decide = (more: object) => ann.post('/review/grid/decisions', { ...body, ...more });
  expect((await decide({ seen: [a.imageId, c.imageId] })).body).toMatchObject({ code: 'REVIEW_IMAGE_NOT_SEEN', details: { items: [b.id] } });
  expect((await decide({ accept: [...accept, { item: blind?.itemId, fence: 0 }], seen: [...body.seen, blind?.imageId] })).body).toMatchObject({ code: 'REVIEW_ITEM_BLIND', details: { items: [blind?.itemId] } });
  expect((await decide({ classId: 77 })).body).toMatchObject({ code: 'CLASS_UNKNOWN' });
  expect((await decide({ accept: [...accept, accept[0]] })).body).toMatchObject({ code: 'REQUEST_INVALID' });
  expect(await w.world.database.annotation.count({ where: { projectId: w.at.projectId } })).toBe(0);
  // One hold was lost meanwhile: the others of the page stand.
  expect((await ann.post('/review/leases/release', { items: [{ id: b.id, fence: b.fence }, { id: a.id, fence: a.fence + 1 }] })).body).toEqual({ released: [b.id], lost: [a.id] });
  const done = await decide({});
  expect(new Map((done.body.results as { item: string; outcome: string; code?: string }[]).map(({ item, outcome, code }) => [item, code ?? outcome]))).toEqual(new Map([[a.id, 'done'], [b.id, 'REVIEW_LEASE_EXPIRED'], [c.id, 'done']]));
  expect((await decide({})).body).toEqual(done.body);
  expect(await w.at.labels(a.imageId)).toMatchObject([{ classId: 2, source: 'review' }]);
  expect(await w.at.labels(c.imageId)).toMatchObject([{ classId: 1 }]);
  expect((await w.world.database.annotation.findMany({ where: { projectId: w.at.projectId } })).map((each) => each.leadTimeMs)).toEqual([1_000, 1_000]);
});

it('a round tells how it stands, by pages, and its end can be moved', async () => {
  const eve = await w.as('eve', 'engineer');
  const ann = await w.as('ann-http');
  const round = ((await ann.get('/rounds?limit=1')).body as { items: { id: string; number: number; deadlineAt: string }[] }).items[0];
  expect((await ann.get(`/rounds/${round?.id}`)).body).toMatchObject({ number: round?.number });
  const progress = (await ann.get(`/rounds/${round?.id}/progress`)).body as object;
  expect(progress).toMatchObject({ open: 5, held: 1, settled: 2, unresolved: 0, answersLastHour: 2, peopleLastHour: 1, imagesLastHour: 2, leadTimeMsMedian: 1_000, hoursLeft: 5 / 3600 });
  const deadlineAt = '2031-05-01T10:00:00.000Z';
  expect((await ann.post(`/rounds/${round?.id}/deadline`, { deadlineAt })).status).toBe(403);
  expect((await eve.post(`/rounds/${round?.id}/deadline`, { deadlineAt })).body).toMatchObject({ deadlineAt });
  expect((await w.reviews.roundState({ projectId: w.at.projectId, roundId: round?.id ?? '' })).deadlineInMs).toBeCloseTo(Date.parse(deadlineAt) - Date.now(), -5);
  expect((await eve.post(`/rounds/${round?.id}/deadline`, { deadlineAt: '2020-05-01T10:00:00.000Z' })).status).toBe(400);
  const carl = await w.as('carl', 'adjudicator');
  expect((await ann.get(`/rounds/${round?.id}/items`)).status).toBe(403);
  const first = (await carl.get(`/rounds/${round?.id}/items?limit=4`)).body as { items: { id: string; blind: boolean; prediction: object | null }[]; next: string };
  const rest = (await carl.get(`/rounds/${round?.id}/items?limit=4&after=${first.next}`)).body as typeof first;
  expect(new Set([...first.items, ...rest.items].map((each) => each.id)).size).toBe(7);
  expect([...first.items, ...rest.items].filter((each) => each.blind).map((each) => each.prediction)).toEqual([null]);
  expect((await carl.get(`/rounds/${round?.id}/items?state=settled`)).body.items).toHaveLength(2);
  expect((await eve.post(`/rounds/${round?.id}/close`, {})).body).toMatchObject({ state: 'closed' });
  expect((await eve.post(`/rounds/${round?.id}/deadline`, { deadlineAt })).body).toMatchObject({ code: 'REVIEW_ROUND_CLOSED' });
  await w.at.flagged(1);
  await w.at.collect('another');
  const newest = (await ann.get('/rounds?limit=1')).body as { items: { number: number }[]; next: string };
  expect((await ann.get(`/rounds?after=${newest.next}`)).body.items.map((each: { number: number }) => each.number)).toEqual([(newest.items[0]?.number ?? 0) - 1]);
});

it('a person sees what they answered, and how fast; an engineer sees everybody', async () => {
  const ann = await w.as('ann-http');
  const mine = (await ann.get('/review/statistics')).body as object;
  expect(mine).toMatchObject({ answers: 2, images: 2, skips: 0, withdrawn: 0, leadTimeMsMedian: 1_000, imagesPerHour: 3_600, answersLastHour: 2, agreed: { items: 0, share: null }, byDay: [{ answers: 2, images: 2 }] });
  expect((await ann.get('/people/statistics')).status).toBe(403);
  expect((await (await w.as('eve', 'engineer')).get('/people/statistics')).body).toEqual({ items: [{ id: ann.id, name: 'ann-http', role: 'annotator', statistics: mine }] });
});
