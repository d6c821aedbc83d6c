import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatasetRepository } from '../../adapters/postgres/dataset-repository.ts';
import { createModelDetails } from '../../adapters/postgres/model-details.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createPictureReader } from '../../adapters/postgres/picture-reader.ts';
import { createReviewRepository } from '../../adapters/postgres/review-repository.ts';
import { createHoldoutAnswers } from '../../application/models/holdout-answers.ts';
import type { ComparisonReply, EvaluationReply, JudgedPictures, ModelVersionDetail } from '../../contracts/model-evaluation.ts';
import { decodeHead, encodeHead } from '../../domain/head-file.ts';
import type { DatasetRow } from '../../domain/ports-models.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { createApiWorld, secret } from '../../testing/api-world.ts';
import { createImageUrls } from '../image-urls.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { later } from '../../testing/later.ts';
import { createReviewProject, type ReviewProject } from '../../testing/review-world.ts';
import { createModelEvaluationRoutes } from './model-evaluation.ts';
import { createPictureRoutes } from './pictures.ts';

const classes = [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }, { classId: 2, name: 'badger' }];
const store = createMemoryObjectStore();
const embeddings = new Map<string, Float32Array>();
const rows: DatasetRow[] = [];
const place: { world?: Awaited<ReturnType<typeof createApiWorld>> } = {};
const database = () => place.world!.database;
let at: ReviewProject;
let images: string[];
const cookies: Record<string, string> = {};
const get = async (who: string, path: string): Promise<{ status: number; body: unknown }> => place.world!.call('get', `/v1/projects/${at.slug}${path}`).set('Cookie', cookies[who] ?? '');

/** A head on two numbers: class 1 where the first is the larger, else class 2; sharper or blunter by `scale`. */
const headOf = (scale: number) => encodeHead({ classIds: [0, 1, 2], dimensions: 2, weights: Float32Array.of(0, 0, scale, 0, 0, scale), bias: new Float32Array(3), temperature: 1, normalise: 'none', centroids: null });

/** Ten holdout images: six hares and four badgers; version 8 sees all right but two badgers, version 9 gets one hare wrong instead and has not seen the last. */
beforeAll(async () => {
  const records = later(() => createModelRepository(database()));
  const pictures = later(() => createPictureReader(database()));
  const hidden = (ids: readonly string[]) => createReviewRepository(database()).hidden(ids);
  const sign = createImageUrls(secret, () => Date.now()).sign;
  const holdouts = later(() => createDatasetRepository(database()));
  const policy = async () => defaultPolicy;
  const answers = createHoldoutAnswers({
    records, pictures, files: { decodeHead }, store, policy, now: () => performance.now(),
    datasets: { latest: async () => ({ id: 'd', number: 3, rootDigest: '', imageCount: rows.length }), rows: async () => rows, holdout: holdouts.holdout },
    embeddings: { load: async (_project, ids, weights) => new Map(ids.flatMap((id) => { const found = embeddings.get(`${weights}/${id}`); return found === undefined ? [] : [[id, found] as const]; })) },
  });
  place.world = await createApiWorld([
    ...createModelEvaluationRoutes({ records, datasets: { byId: async () => null }, details: later(() => createModelDetails(database())), mlflowUrl: 'http://mlflow.example/', answers, classes: async () => classes, policy, pictures, hidden, sign }),
    ...createPictureRoutes({ pictures, hidden, sign }),
  ]);
  at = await createReviewProject(database(), defaultPolicy);
  images = (await at.flagged(10)).map(({ imageId }) => imageId);
  const { projectId } = at;
  await database().holdoutMember.createMany({ data: images.map((imageId, index) => ({ projectId, holdout: 'audit', imageId, groupKey: `g${index}`, eventAt: new Date(index) })) });
  images.forEach((imageId, index) => {
    const truth = index < 6 ? 1 : 2;
    rows.push({ imageId, sha256: '', classId: truth, split: 'test', group: `g${index}` });
    const towards = (classId: number) => Float32Array.of(classId === 1 ? 1 : 0, classId === 2 ? 1 : 0);
    embeddings.set(`w8/${imageId}`, towards(index >= 8 ? 1 : truth));
    if (index < 9) embeddings.set(`w9/${imageId}`, towards(index === 0 ? 2 : truth));
  });
  const runId = uuidv7();
  await database().run.create({ data: { id: runId, projectId, kind: 'light', key: 'r', state: 'done', reason: 'weekly', parameters: { seed: 1 }, metrics: { accuracy: 0.9 }, mlflowRunId: 'abc', endedAt: new Date() } });
  for (const number of [8, 9]) {
    await store.put(`head${number}`, headOf(number));
    await database().modelVersion.create({ data: { id: uuidv7(), projectId, number, kind: 'light', key: `k${number}`, classSetId: at.classSetId, headKey: `head${number}`, backboneDigest: `w${number}`, preprocessingDigest: 'p', runId: number === 9 ? runId : null } });
  }
  for (const [name, role] of [['eve', 'engineer'], ['ann', 'annotator']] as const) cookies[name] = (await place.world.person(`${name}-models`, projectId, role)).cookie;
});
afterAll(() => place.world?.close());

describe('a version on the holdout', () => {
  it('tells how it does, by class and in a matrix', async () => {
    const { body } = await get('eve', '/model-versions/8/evaluation');
    expect(body).toMatchObject({ version: 8, holdout: 'audit', datasetVersion: 3, images: 10, notEmbedded: 0, accuracy: { right: 8, of: 10 } });
    const { classes: byClass, matrix } = body as EvaluationReply;
    expect(byClass).toMatchObject([{ name: 'fox', recall: null, precision: null }, { name: 'hare', recall: { right: 6, of: 6 }, precision: { right: 6, of: 8 } }, { name: 'badger', recall: { right: 2, of: 4 } }]);
    expect(matrix).toEqual(expect.arrayContaining([{ truth: 2, answer: 1, images: 2 }]));
    expect((await get('eve', '/model-versions/8/evaluation?holdout=reference')).body).toMatchObject({ images: 0, accuracy: null });
  });
  it('shows the pictures behind a cell, but for those that show a person', async () => {
    const { body } = await get('eve', '/model-versions/8/evaluation/pictures?truth=2&answer=1');
    const { items, total } = body as JudgedPictures;
    expect(total).toBe(2);
    expect(new Set(items.map(({ imageId }) => imageId))).toEqual(new Set([images[8], images[9]]));
    expect(items[0]).toMatchObject({ truth: 'badger', answer: 'hare', before: null });
    await createReviewRepository(database()).setVisibility({ projectId: at.projectId, imageId: images[9] ?? '', hidden: true, reason: 'person', by: 'ada' });
    expect((await get('eve', '/model-versions/8/evaluation/pictures?truth=2&answer=1')).body).toMatchObject({ total: 2, hidden: 1, items: [{ imageId: images[8] }] });
    expect((await get('eve', '/model-versions/8/evaluation/pictures?truth=2&answer=1&offset=2')).body).toMatchObject({ total: 2, items: [] });
  });
  it('is for engineers, and only of versions that are there and have a head', async () => {
    for (const path of ['evaluation', 'evaluation/pictures', 'comparison?against=8', 'comparison/pictures?against=8']) expect((await get('ann', `/model-versions/9/${path}`)).status).toBe(403);
    expect((await get('ann', `/pictures?ids=${images[0]}`)).status).toBe(403);
    expect((await get('eve', '/model-versions/7/evaluation')).body).toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
    expect((await get('eve', '/model-versions/99/evaluation')).body).toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
    for (const path of ['/model-versions/8/evaluation?holdout=secret', '/model-versions/0/evaluation', '/model-versions/8/evaluation/pictures?limit=1000', '/model-versions/9/comparison', '/pictures?ids=1', '/pictures']) expect([path, (await get('eve', path)).status]).toEqual([path, 400]);
  });
});

it('two versions meet on the images that both have seen, and their flips can be looked at', async () => {
  const { body } = await get('eve', '/model-versions/9/comparison?against=8');
  expect(body).toMatchObject({ leftOut: 1, overall: { images: 9, right: 8, beforeRight: 8, difference: 0 }, flips: { lost: 1, gained: 1, both_wrong: 0, both_right: 7 } });
  expect((body as ComparisonReply).classes).toMatchObject([{ name: 'hare', right: 5, beforeRight: 6 }, { name: 'badger', right: 3, beforeRight: 2 }]);
  const lost = (await get('eve', '/model-versions/9/comparison/pictures?against=8&flip=lost')).body as JudgedPictures;
  expect(lost).toMatchObject({ total: 1, items: [{ imageId: images[0], truth: 'hare', answer: 'badger', before: { answer: 'hare' } }] });
  expect((await get('eve', '/model-versions/9/comparison/pictures?against=8&flip=lost&truth=2')).body).toMatchObject({ total: 0 });
});

it('a version tells what made it, with a link to its run', async () => {
  const { body } = await get('ann', '/model-versions/9');
  expect(body as ModelVersionDetail).toMatchObject({ hasHead: true, version: { number: 9 }, run: { reason: 'weekly', parameters: { seed: 1 }, mlflowUrl: 'http://mlflow.example/#/runs/abc' }, reports: [], promotions: [] });
  expect((await get('ann', '/model-versions/77')).status).toBe(404);
});

it('links are given for images of the project that show nobody', async () => {
  const { body } = await get('eve', `/pictures?ids=${images[0]},${images[9]},${uuidv7()}`);
  expect(body).toMatchObject({ items: [{ imageId: images[0] }] });
  expect((body as { items: unknown[] }).items).toHaveLength(1);
});
