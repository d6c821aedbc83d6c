import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { createReviewRepository } from '../../adapters/postgres/review-repository.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { type ApiWorld, createApiWorld } from '../../testing/api-world.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { createReviewRoutes, type ReviewRoutesDependencies } from './reviews.ts';

let world: ApiWorld;
let projectId: string;
let secret: string;
let real: ReviewRoutesDependencies['reviews'];
// The routes are made before the database that the world makes: each call goes to what is there by then.
const reviews = new Proxy({}, { get: (_, name) => (...given: unknown[]) => (real[name as keyof typeof real] as (...all: unknown[]) => unknown)(...given) }) as ReviewRoutesDependencies['reviews'];

beforeAll(async () => {
  const served = async (id: string) => createServedProjectRepository(world.database).byId(id);
  world = await createApiWorld(createReviewRoutes({
    reviews, policy: served, classes: async (id) => (await served(id)).classes, sign: (_project, _image, kind) => `/v1/views/${kind}`, importGroups: async () => undefined, imageExists: async () => true, neighbours: async () => ({ neighbours: [], missing: 'no_labels' as const }),
    versionByNumber: async () => null,
    activation: { store: createMemoryObjectStore(), files: modelFiles, featureMap: async () => null },
    workflows: { huntNow: async () => ({ outcome: 'skipped', why: 'nothing', looked: 0, disputed: 0, items: 0 }), collectNow: (request) => real.collectRound({ ...request, policy: { ...defaultPolicy, review: { ...defaultPolicy.review, shareMax: 1 } }, policyVersionId: uuidv7() }) },
  }));
  real = createReviewRepository(world.database);
  projectId = await world.project('woods');
  secret = (await world.key('engineer', projectId)).secret;
});
afterAll(() => world.close());

const post = (path: string, body: object, key = uuidv7()) => world.call('post', `/v1/projects/woods${path}`).set('Authorization', `Bearer ${secret}`).set('Idempotency-Key', key).send(body);

it('a flagged image is labelled, collected, claimed, answered and taken back over HTTP', async () => {
  const [imageId, arrivalId, predictionId, modelVersionId, sha256] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), 'a'.repeat(64)];
  const { database } = world;
  await database.image.create({ data: { id: imageId, projectId, sha256, objectKey: 'k', byteSize: 1, mediaType: 'image/png', width: 4, height: 3, statistics: {}, perceptualHash: 0n } });
  await database.arrival.create({ data: { id: arrivalId, projectId, imageId, sentBy: 's', clientKey: 'c' } });
  await database.prediction.create({ data: { id: predictionId, projectId, imageId, arrivalId, modelVersionId, policyVersionId: uuidv7(), probabilities: [0.3, 0.7], topClassId: 1, confidence: 0.7, rawScore: 0.7, margin: 0.4, audit: false, auditShare: 0.04, eventAt: new Date() } });
  await database.reviewItem.create({ data: { id: uuidv7(), projectId, imageId, predictionId, purpose: 'flagged', blind: false, value: 1, state: 'waiting' } });

  expect((await post('/labels/import', { labels: [{ sha256, className: 'fox' }] })).body).toEqual({ created: 1, unchanged: 0, unknownImages: [] });
  expect((await post('/labels/import', { labels: [{ sha256, className: 'yeti' }] })).body).toMatchObject({ code: 'CLASS_UNKNOWN' });
  const opened = await post('/rounds', {});
  expect(opened.body).toMatchObject({ outcome: 'done', round: { number: 1, state: 'open', itemCount: 1, settled: 0 } });
  const claimed = await post('/review/claims', { count: 5 });
  expect(claimed.body).toMatchObject({ items: [{ imageId, fence: 1, prediction: { confidence: 0.7 } }], progress: { open: 1, settled: 0, mine: 0, waiting: 0 } });
  const [item] = claimed.body.items as [{ id: string; fence: number }];
  const answer = { key: 'k1', fence: item.fence, kind: 'class', classId: 1 };
  const answered = await post(`/review/items/${item.id}/annotations`, answer);
  expect(answered.body).toMatchObject({ itemState: 'settled' });
  expect((await post(`/review/items/${item.id}/annotations`, answer)).body).toEqual(answered.body);
  expect((await post(`/review/items/${item.id}/annotations`, { ...answer, key: 'k2' })).status).toBe(409);
  const undone = await post(`/review/annotations/${answered.body.annotationId}/withdrawal`, { key: 'undo' });
  expect(undone.body).toMatchObject({ item: { id: item.id, fence: 2 } });
  expect((await post('/review/leases/renewals', { items: [{ id: item.id, fence: 1 }, { id: item.id, fence: 2 }] })).body).toMatchObject({ renewed: [item.id] });
  expect((await post(`/rounds/${opened.body.round.id}/close`, {})).body).toMatchObject({ state: 'closed' });
  expect((await world.call('get', '/v1/projects/woods/labels').set('Authorization', `Bearer ${secret}`)).body).toMatchObject({ items: [{ kind: 'withdrawn' }], next: null });
});
