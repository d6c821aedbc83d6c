import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { createReviewApiWorld, type ReviewApiWorld } from '../../testing/review-api-world.ts';

let w: ReviewApiWorld;
beforeAll(async () => { w = await createReviewApiWorld(); });
afterAll(() => w.close());

/** Images with a label and an embedding. */
async function labelled(classId: number, vectors: readonly (readonly number[])[]): Promise<string[]> {
  const made = await w.at.flagged(vectors.length);
  await w.world.database.reviewItem.updateMany({ where: { id: { in: made.map((each) => each.itemId) } }, data: { state: 'passed_over' } });
  await w.reviews.importLabels({ projectId: w.at.projectId, by: 'e', labels: made.map((each) => ({ sha256: each.imageId.replaceAll('-', '').padEnd(64, '0'), classId, group: null })) });
  made.forEach((each, at) => w.embeddings.set(each.imageId, Float32Array.from(vectors[at] ?? [])));
  return made.map((each) => each.imageId);
}

it('evidence: why it was flagged, the five best, the nearest labelled images; nothing of that on a blind item', async () => {
  await w.world.fresh.asOwner(`UPDATE "ModelVersion" SET "backboneDigest" = 'w', "preprocessingDigest" = 'q'`);
  const [near, hidden, gold] = await labelled(2, [[1, 0.1], [1, 0], [1, 0.01]]);
  const [far] = await labelled(0, [[0, 1]]);
  await w.reviews.setVisibility({ projectId: w.at.projectId, imageId: hidden ?? '', hidden: true, reason: 'person', by: 'ada' });
  await w.world.database.goldImage.create({ data: { id: uuidv7(), projectId: w.at.projectId, imageId: gold ?? '', classId: 2, createdBy: 'eve' } });
  const [open] = await w.at.flagged(1);
  const [blind] = await w.at.flagged(1, { blind: true });
  for (const each of [open, blind]) w.embeddings.set(each?.imageId ?? '', Float32Array.from([1, 0]));
  await w.at.collect('evidence');
  const [ann, bob] = [await w.as('ann-http'), await w.as('bob-http')];
  await ann.post('/review/claims', { count: 5 });
  const told = (await ann.get(`/review/items/${open?.itemId}/evidence?neighbours=4`)).body as object;
  expect(told).toMatchObject({
    blind: false, neighboursMissing: null, prediction: { confidence: 0.7, margin: 0.4, novelty: null, flags: [{ reason: 'low_confidence', value: 0.7, threshold: 0.8 }], top: [{ name: 'hare' }, {}, {}] },
    neighbours: [{ imageId: near, className: 'badger' }, { imageId: far, className: 'fox' }], taken: { width: 4, height: 3, mediaType: 'image/png', figures: { sharpness: 12 } },
  });
  const shut = (await ann.get(`/review/items/${blind?.itemId}/evidence`)).body as object;
  expect(shut).toMatchObject({ blind: true, prediction: null, neighbours: [], neighboursMissing: 'blind' });
  expect(JSON.stringify(shut)).not.toMatch(/hare|badger|confidence/);
  expect((await bob.get(`/review/items/${open?.itemId}/evidence`)).body).toMatchObject({ code: 'REVIEW_LEASE_EXPIRED' });
  expect((await bob.get(`/review/items/${uuidv7()}/evidence`)).status).toBe(404);
  expect((await (await w.as('carl', 'adjudicator')).get(`/review/items/${blind?.itemId}/evidence`)).body).toMatchObject({ prediction: null });
});

it('a class’s card shows pictures of it, and what it is taken for', async () => {
  const ann = await w.as('ann-http');
  const card = (await ann.get('/classes/2/card')).body as { examples: { images: { thumbnail: string } }[] };
  expect(card).toMatchObject({ classId: 2, name: 'badger', description: null, labels: 3, confusedWith: [] });
  expect(card.examples).toHaveLength(1);
  expect((await ann.get('/classes/9/card')).body).toMatchObject({ code: 'CLASS_UNKNOWN' });
});

it('an activation map shows where the model that answered sees a class; nothing of a blind item, nor where the model has no such features', async () => {
  await w.world.fresh.asOwner(`UPDATE "ModelVersion" SET "backboneKey" = 'b', "headKey" = 'heads/h', "preprocessing" = '${JSON.stringify({ ...defaultPreprocessing, resizeMode: 'stretch' })}'`);
  w.store.objects.set('heads/h', modelFiles.encodeHead({ classIds: [0, 1, 2], dimensions: 1, weights: Float32Array.of(1, 2, -1), bias: new Float32Array(3), temperature: 1, normalise: 'none', centroids: null }));
  const [seen, blind] = [(await w.at.flagged(1))[0], (await w.at.flagged(1, { blind: true }))[0]];
  await w.at.collect('activation');
  const ann = await w.as('ann-activation');
  await ann.post('/review/claims', { count: 50 });
  const path = `/review/items/${seen?.itemId}/activation`;
  expect((await ann.get(path)).body).toEqual({ item: seen?.itemId, map: null, missing: 'no_map' });
  for (const each of [seen, blind]) w.maps.set(each?.imageId ?? '', { channels: 1, height: 1, width: 2, data: Float32Array.of(1, 4) });
  expect((await ann.get(path)).body).toEqual({ item: seen?.itemId, missing: null, map: { classId: 1, className: 'hare', modelVersionNumber: 7, rows: 1, columns: 2, values: [0.25, 1], region: { x: 0, y: 0, width: 1, height: 1 } } });
  expect((await ann.get(`${path}?classId=2`)).body).toMatchObject({ map: { className: 'badger', values: [0, 0] } });
  expect((await ann.get(`${path}?classId=9`)).body).toMatchObject({ map: null, missing: 'no_map' });
  expect((await ann.get(`/review/items/${blind?.itemId}/activation`)).body).toEqual({ item: blind?.itemId, map: null, missing: 'blind' });
  expect((await (await w.as('bob-http')).get(path)).body).toMatchObject({ code: 'REVIEW_LEASE_EXPIRED' });
});
