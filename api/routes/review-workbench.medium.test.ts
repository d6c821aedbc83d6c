import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { draw } from '../../adapters/images/testing/pictures.ts';
import { createReviewApiWorld, type ReviewApiWorld } from '../../testing/review-api-world.ts';

let w: ReviewApiWorld;
beforeAll(async () => { w = await createReviewApiWorld(); });
afterAll(() => w.close());
const keys = () => uuidv7();

it('views are made once, kept hard by the browser, and end for everyone but admins where a person is in the picture', async () => {
  const [made] = await w.at.flagged(1);
  const imageId = made?.imageId ?? '';
  await w.picture(imageId, await draw(2400, 1200).jpeg().withMetadata({ exif: { IFD0: { Artist: 'somebody' } } }).toBuffer());
  await w.at.collect('views');
  const ann = await w.as('ann-http');
  const item = (await ann.post('/review/claims', { count: 1 })).body.items[0] as { id: string; fence: number; images: { thumbnail: string; fitted: string } };
  const together = await Promise.all(Array.from({ length: 5 }, () => w.world.call('get', item.images.thumbnail)));
  expect(together.map((each) => each.status)).toEqual([200, 200, 200, 200, 200]);
  expect(together[0]?.headers).toMatchObject({ 'content-type': 'image/webp', 'cache-control': expect.stringMatching(/private.*immutable/) as string, 'content-security-policy': "default-src 'none'; sandbox", 'x-content-type-options': 'nosniff' });
  // The small one is made from the large one, so both are there after the first.
  expect(w.made.views).toBe(2);
  const fitted = await w.world.call('get', item.images.fitted);
  expect(fitted.status).toBe(200);
  expect((fitted.body as Buffer).includes('somebody')).toBe(false);
  expect((await w.world.call('get', item.images.fitted)).body).toEqual(fitted.body);
  expect(w.made.views).toBe(2);
  expect(await w.world.database.imageView.findMany({ where: { imageId }, select: { kind: true, width: true, height: true }, orderBy: { kind: 'asc' } })).toEqual([{ kind: 'fitted', width: 1600, height: 800 }, { kind: 'thumbnail', width: 320, height: 160 }]);
  expect((await w.world.call('get', item.images.fitted.replace('fitted', 'thumbnail'))).status).toBe(404);

  const answered = await ann.post(`/review/items/${item.id}/annotations`, { key: keys(), fence: item.fence, kind: 'person' });
  expect(answered.body).toMatchObject({ itemState: 'settled' });
  expect((await w.world.call('get', item.images.thumbnail)).status).toBe(404);
  const engineer = await w.as('eve', 'engineer');
  expect((await engineer.get(`/images/${imageId}/original`)).status).toBe(404);
  expect((await engineer.get(`/images/${imageId}/visibility`)).status).toBe(403);
  const admin = await w.as('ada', 'admin');
  expect((await admin.get(`/images/${imageId}/original`)).status).toBe(200);
  const hidden = (await admin.get('/hidden-images')).body as { items: { imageId: string; images: { thumbnail: string } }[] };
  expect(hidden.items.map((each) => each.imageId)).toEqual([imageId]);
  const link = hidden.items[0]?.images.thumbnail ?? '';
  expect((await w.world.call('get', link)).status).toBe(200);
  // The mark is signed: an ordinary link does not become one for admins.
  expect((await w.world.call('get', item.images.thumbnail.replace('&signature', '&for=admins&signature'))).status).toBe(404);
  expect((await admin.put(`/images/${imageId}/visibility`, { hidden: false, reason: 'a statue' })).body).toMatchObject({ hidden: false, acts: [{ hidden: false, reason: 'a statue' }, { hidden: true, reason: 'person' }] });
  expect((await w.world.call('get', item.images.thumbnail)).status).toBe(200);
});

it('an item that people disagree about goes to an adjudicator, whose verdict is the label and may be taken back', async () => {
  const [made] = await w.at.flagged(1, { blind: true });
  await w.at.collect('adjudicate');
  const ann = await w.as('ann-http');
  const item = (await ann.post('/review/claims', { count: 1 })).body.items[0] as { id: string; fence: number };
  expect((await ann.post(`/review/items/${item.id}/annotations`, { key: keys(), fence: item.fence, kind: 'not_in_list', proposedName: 'genet', comment: 'spotted tail' })).body).toMatchObject({ itemState: 'unresolved' });
  expect((await ann.get('/adjudication/items')).status).toBe(403);
  const carl = await w.as('carl', 'adjudicator');
  const page = (await carl.get('/adjudication/items?limit=1')).body as { items: { id: string }[]; total: number; next: string };
  expect(page).toMatchObject({ items: [{ id: item.id, why: 'not_in_list', expectedCost: 1, answers: 1, split: [{ kind: 'not_in_list', count: 1 }] }], total: 1 });
  expect((await carl.get(`/adjudication/items?after=${encodeURIComponent(page.next)}`)).body).toMatchObject({ items: [] });
  expect((await carl.get('/adjudication/items?after=nonsense')).status).toBe(400);
  const detail = (await carl.get(`/adjudication/items/${item.id}`)).body as object;
  expect(detail).toMatchObject({ blind: true, prediction: null, given: [{ proposedName: 'genet', comment: 'spotted tail', person: { name: 'ann-http' } }] });
  expect((await carl.post(`/adjudication/items/${item.id}/verdict`, { key: keys(), kind: 'class', classId: 99 })).body).toMatchObject({ code: 'CLASS_UNKNOWN' });
  const key = keys();
  const settled = await carl.post(`/adjudication/items/${item.id}/verdict`, { key, kind: 'class', classId: 2 });
  expect(settled.body).toMatchObject({ itemState: 'settled' });
  expect((await carl.post(`/adjudication/items/${item.id}/verdict`, { key, kind: 'class', classId: 2 })).body).toEqual(settled.body);
  expect((await carl.get(`/adjudication/items/${item.id}`)).body).toMatchObject({ state: 'settled', label: { className: 'badger', source: 'adjudication' }, prediction: { confidence: 0.7 } });
  const undone = await carl.post(`/adjudication/verdicts/${settled.body.adjudicationId}/withdrawal`, { key: keys() });
  expect(undone.body).toEqual({ item: item.id, itemState: 'unresolved' });
  expect((await w.at.labels(made?.imageId ?? '')).map((each) => each.kind)).toEqual(['class', 'withdrawn']);
});

it('a burst is claimed with its frames and answered in one decision', async () => {
  const [lead] = await w.at.flagged(1, { burstKey: 'south/9' });
  const [behind] = await w.at.flagged(1, { burstKey: 'south/9', standsFor: lead?.itemId ?? '' });
  await w.at.collect('bursts');
  const [ann, bob] = [await w.as('ann-http'), await w.as('bob-http')];
  const claimed = (await ann.post('/review/bursts/claims', { count: 1 })).body as { bursts: { item: { id: string; fence: number }; frames: { imageId: string; images: { thumbnail: string } }[] }[] };
  expect(claimed.bursts).toMatchObject([{ item: { id: lead?.itemId, burstSize: 2 }, more: false }]);
  const [first] = claimed.bursts;
  expect(new Set(first?.frames.map((each) => each.imageId))).toEqual(new Set([lead?.imageId, behind?.imageId]));
  expect((await ann.get(`/review/items/${first?.item.id}/frames`)).body.frames).toHaveLength(2);
  expect((await bob.get(`/review/items/${first?.item.id}/frames`)).body).toMatchObject({ code: 'REVIEW_LEASE_EXPIRED' });
  const body = { fence: first?.item.fence, kind: 'class', classId: 1, seen: [lead?.imageId, behind?.imageId], exceptions: [{ imageId: behind?.imageId, kind: 'bad_image' }] };
  expect((await ann.post(`/review/items/${first?.item.id}/burst-annotations`, { key: keys(), ...body, seen: [lead?.imageId] })).body).toMatchObject({ code: 'REVIEW_IMAGE_NOT_SEEN' });
  expect((await ann.post(`/review/items/${first?.item.id}/burst-annotations`, { key: keys(), ...body })).body).toMatchObject({ itemState: 'settled', answered: 2, spread: 0 });
  expect(await w.at.labels(behind?.imageId ?? '')).toMatchObject([{ kind: 'unusable', source: 'review' }]);
});
