import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { oddPictures, draw, soundPictures } from '../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { adaptModel } from '../adapters/onnx/adapt-model.ts';
import { bytesOf, randomValues, smallModel } from '../adapters/onnx/testing/small-models.ts';
import { weightsDigest } from '../adapters/onnx/weights-digest.ts';
import { createPredictionReader } from '../adapters/postgres/prediction-reader.ts';
import { createServedProjectRepository } from '../adapters/postgres/served-project-repository.ts';
import { reportPrediction } from '../application/predictions/report-prediction.ts';
import { createDatabase, type Database } from '../adapters/postgres/connection.ts';
import { type PredictionReply, predictionSchema, predictManyReplySchema, servingStateSchema, tryReplySchema } from '../contracts/predictions.ts';
import { storedImageSchema } from '../contracts/datasets.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import type { Head, ObjectStore } from '../domain/ports.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { hostileImages } from '../testing/hostile-images.ts';
import { makeProject, promoteHead, type ServingProcess, startServing } from '../testing/serving-process.ts';

const adapted = adaptModel(bytesOf(smallModel({ side: 16 })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' });
const digest = weightsDigest(adapted.bytes);
const backboneKey = `backbones/${digest}.onnx`;
const headOf = (seed: number, sure = 1): Head => ({
  classIds: [0, 1], dimensions: 8, weights: randomValues(16, seed).map((value) => value * sure), bias: new Float32Array(2), temperature: 1, normalise: 'l2', centroids: randomValues(16, seed + 1),
});

let fresh: FreshDatabase;
let database: Database;
let store: ObjectStore;
let environment: Record<string, string>;
let serving: ServingProcess;

beforeAll(async () => {
  const services = inject('services');
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl);
  store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  await store.put(backboneKey, adapted.bytes);
  environment = { ...services, DATABASE_URL: fresh.databaseUrl, PERENNIAL_CACHE_DIR: '/tmp/perennial-test-cache' };
  serving = await startServing(environment);
});
afterAll(async () => {
  await serving?.end('SIGTERM');
  await database?.$disconnect();
  await fresh?.drop();
});

const bare: Policy = { ...defaultPolicy, flagging: { ...defaultPolicy.flagging, confidenceMin: 0, marginMin: 0 }, audit: { share: 0 } };
async function readyProject(policy: Policy = bare, head = headOf(1)) {
  const project = await makeProject(database, policy);
  const versionId = await promoteHead({ database, store }, project, { head, backboneKey, weightsDigest: digest, preprocessing: adapted.preprocessing, number: 1 });
  return { ...project, versionId };
}
type Project = Awaited<ReturnType<typeof makeProject>>;
let keys = 0;
function post(project: Project, bytes: Uint8Array, options: { path?: string; key?: string | null; query?: string; to?: ServingProcess; secret?: string } = {}) {
  const { path = 'predictions', key = `k${keys += 1}`, query = '', to = serving, secret = project.secret } = options;
  return fetch(`${to.url}/v1/projects/${project.slug}/${path}?${query}`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${secret}`, 'content-type': 'image/jpeg', ...(key !== null && { 'idempotency-key': key }) } });
}
const codeOf = async (answer: Response): Promise<string> => (answer.ok ? 'taken' : ((await answer.json()) as { code: string }).code);

describe('one image', () => {
  it('is answered, and everything it leaves behind is stored before', async () => {
    const project = await readyProject({ ...defaultPolicy, flagging: { ...defaultPolicy.flagging, confidenceMin: 1 }, audit: { share: 1 } });
    const jpeg = await draw().jpeg().toBuffer();
    const answer = await post(project, jpeg, { query: 'camera=north&capturedAt=2026-05-01T10:00:00Z&fileName=a.jpg' });
    expect(answer.status).toBe(200);
    const prediction = predictionSchema.parse(await answer.json());
    expect(prediction.classes.reduce((sum, each) => sum + each.probability, 0)).toBeCloseTo(1, 9);
    expect(prediction.top.classId).toBe(prediction.classes[0]!.classId);
    expect(prediction).toMatchObject({ camera: 'north', capturedAt: '2026-05-01T10:00:00.000Z', modelVersion: { id: project.versionId, number: 1 } });
    expect(prediction.flags.map(({ reason }) => reason)).not.toContain('audit');
    const image = await database.image.findFirstOrThrow({ where: { id: prediction.imageId } });
    expect(Buffer.from(await store.get(image.objectKey)).equals(jpeg)).toBe(true);
    const row = await database.prediction.findFirstOrThrow({ where: { id: prediction.id } });
    expect(row).toMatchObject({ audit: true, auditShare: 1, modelVersionId: project.versionId });
    const block = await database.embeddingBlock.findFirstOrThrow({ where: { id: row.blockId! } });
    expect(await store.get(block.objectKey)).toHaveLength(8 * 2);
    expect(await database.reviewItem.findFirstOrThrow({ where: { predictionId: prediction.id } })).toMatchObject({ purpose: 'audit', blind: true, state: 'waiting', standsFor: null });
    expect((await database.flag.findMany({ where: { predictionId: prediction.id } })).map(({ reason }) => reason)).toContain('audit');
  });

  it('is one image under one content hash however often it comes', async () => {
    const project = await readyProject();
    const jpeg = await draw().jpeg().toBuffer();
    const [first, second] = [predictionSchema.parse(await (await post(project, jpeg)).json()), predictionSchema.parse(await (await post(project, jpeg)).json())];
    expect(second.imageId).toBe(first.imageId);
    expect(second.id).not.toBe(first.id);
    expect(second.classes).toEqual(first.classes);
  });

  it('asks for a key, an account that may, and a project of its own', async () => {
    const project = await readyProject();
    const other = await readyProject();
    const jpeg = await draw().jpeg().toBuffer();
    expect([await codeOf(await post(project, jpeg, { key: null })), await codeOf(await post(project, jpeg, { secret: 'prn_nonsense_nonsense_nonsense' })), await codeOf(await post(project, jpeg, { secret: other.secret }))])
      .toEqual(['IDEMPOTENCY_KEY_MISSING', 'AUTH_REQUIRED', 'PROJECT_NOT_FOUND']);
    expect(await codeOf(await post(await makeProject(database), jpeg))).toBe('PROJECT_HAS_NO_MODEL');
  });
});

describe('F14: a key has one effect', () => {
  it('however many copies come at once; replies are equal to the byte; another body is refused', async () => {
    const project = await readyProject();
    const pictures = await Promise.all(Array.from({ length: 20 }, (_, at) => draw(40 + at, 40).png().toBuffer()));
    for (const [at, picture] of pictures.entries()) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(project, picture, { key: `same-${at}` }).then((answer) => answer.text())));
      expect(new Set(answers).size).toBe(1);
      expect(JSON.parse(answers[0]!)).toHaveProperty('id');
      expect(await codeOf(await post(project, pictures[(at + 1) % 20]!, { key: `same-${at}` }))).toBe('IDEMPOTENCY_KEY_REUSED');
    }
    const where = { projectId: project.id };
    expect([await database.prediction.count({ where }), await database.arrival.count({ where }), await database.image.count({ where })]).toEqual([20, 20, 20]);
  });
});

describe('many images in a form', () => {
  it('are answered in order; a refused one does not stop the others', async () => {
    const project = await readyProject();
    const form = new FormData();
    const parts = [await draw().jpeg().toBuffer(), Buffer.from('not a picture'), await draw(100, 80).png().toBuffer()];
    parts.forEach((bytes, at) => form.append('images', new Blob([new Uint8Array(bytes)]), `f${at}`));
    form.append('about', JSON.stringify([{ camera: 'x' }, {}, { camera: 'y', fileName: 'third' }]));
    const answer = await fetch(`${serving.url}/v1/projects/${project.slug}/predictions`, { method: 'POST', body: form, headers: { authorization: `Bearer ${project.secret}`, 'idempotency-key': 'many' } });
    const { results } = predictManyReplySchema.parse(await answer.json());
    expect(results.map((each) => (each.outcome === 'predicted' ? each.prediction.camera : each.code))).toEqual(['x', 'IMAGE_UNSUPPORTED_TYPE', 'y']);
    expect(await database.refusedImage.count({ where: { projectId: project.id, code: 'IMAGE_UNSUPPORTED_TYPE' } })).toBe(1);
  });
});

describe('predictions made elsewhere', () => {
  it('enter by the same door with their producer, embedded by ours, and never count for our accuracy', async () => {
    const project = await makeProject(database, { ...defaultPolicy, audit: { share: 1 } });
    const first = await readyProject();
    const send = (to: Project, elsewhere: object, key: string) => draw().png().toBuffer().then((bytes) => {
      const form = new FormData();
      form.append('images', new Blob([new Uint8Array(bytes)]), 'a.png');
      form.append('about', JSON.stringify([{ elsewhere }]));
      return fetch(`${serving.url}/v1/projects/${to.slug}/predictions`, { method: 'POST', body: form, headers: { authorization: `Bearer ${to.secret}`, 'idempotency-key': key } });
    });
    // A project needs no model of its own for them where it has a backbone; this one has neither.
    expect(await codeOf(await send(project, { producer: 'other', version: '7', scores: { badger: 0.3, fox: 0.7 } }, 'e'))).toBe('PROJECT_HAS_NO_MODEL');
    const { results } = predictManyReplySchema.parse(await (await send(first, { producer: 'other', version: '7', scores: { badger: 0.3, fox: 0.7 } }, 'e')).json());
    const [result] = results;
    if (result?.outcome !== 'predicted') throw new Error(JSON.stringify(results));
    expect(result.prediction).toMatchObject({ top: { classId: 1, name: 'fox' }, confidence: 0.7, modelVersion: { kind: 'elsewhere' } });
    expect(await database.prediction.findFirstOrThrow({ where: { id: result.prediction.id } })).toMatchObject({ purpose: 'elsewhere', audit: false, auditShare: 0, rawScore: 0.7 });
    expect(await database.modelVersion.findFirstOrThrow({ where: { id: result.prediction.modelVersion.id } })).toMatchObject({ producer: 'other', key: 'elsewhere/other/7' });
    const wrong = predictManyReplySchema.parse(await (await send(first, { producer: 'other', version: '7', scores: { wolf: 1 } }, 'e2')).json());
    expect(wrong.results[0]).toMatchObject({ outcome: 'refused', code: 'CLASS_UNKNOWN' });
    // The champion goes on being ours.
    expect(predictionSchema.parse(await (await post(first, await draw().png().toBuffer())).json()).modelVersion.id).toBe(first.versionId);
  });
});

describe('other doors', () => {
  it('stores without predicting, embedded, once', async () => {
    const project = await readyProject();
    const png = await draw().png().toBuffer();
    const first = storedImageSchema.parse(await (await post(project, png, { path: 'images' })).json());
    const again = storedImageSchema.parse(await (await post(project, png, { path: 'images' })).json());
    expect([first.created, again.created, again.imageId]).toEqual([true, false, first.imageId]);
    expect(await database.imageEmbedding.count({ where: { imageId: first.imageId, weightsDigest: digest } })).toBe(1);
    expect(await database.prediction.count({ where: { projectId: project.id } })).toBe(0);
  });

  it('tries without leaving a trace', async () => {
    const project = await readyProject();
    const reply = tryReplySchema.parse(await (await post(project, await draw().png().toBuffer(), { path: 'try', query: 'embedding=yes&modelVersion=1', key: null })).json());
    expect(reply.embedding).toHaveLength(8);
    expect(await database.image.count({ where: { projectId: project.id } })).toBe(0);
    expect(await codeOf(await post(project, await draw().png().toBuffer(), { path: 'try', query: 'modelVersion=9' }))).toBe('MODEL_VERSION_NOT_FOUND');
  });
});

describe('stored predictions', () => {
  it('are told as they were answered, filtered and paged, without the audit flag; a report opens one item', async () => {
    const project = await readyProject({ ...defaultPolicy, flagging: { ...defaultPolicy.flagging, confidenceMin: 1, marginMin: 0, burstSeconds: 0, nearDuplicateBits: -1 }, audit: { share: 0 } });
    const answered: PredictionReply[] = [];
    for (const camera of ['east', 'west', 'east']) answered.push(predictionSchema.parse(await (await post(project, await draw(50 + answered.length, 40).png().toBuffer(), { query: `camera=${camera}` })).json()));
    const reader = createPredictionReader(database);
    const page = await reader.list(project.id, { limit: 2 });
    expect(page.items.map(({ id }) => id)).toEqual([answered[2]!.id, answered[1]!.id]);
    expect((await reader.list(project.id, { limit: 2, after: page.next! })).items.map(({ id }) => id)).toEqual([answered[0]!.id]);
    expect((await reader.list(project.id, { limit: 9, camera: 'east' })).items).toHaveLength(2);
    expect((await reader.list(project.id, { limit: 9, flag: 'low_confidence', classId: answered[0]!.top.classId })).items.map(({ id }) => id)).toContain(answered[0]!.id);
    expect((await reader.list(project.id, { limit: 9, flag: 'novel' })).items).toEqual([]);
    const { topClassId, capturedAt: _at, createdAt, classes, ...rest } = (await reader.one(project.id, answered[0]!.id))!;
    expect(answered[0]).toMatchObject({ ...rest, top: { classId: topClassId } });
    classes.forEach((each, at) => expect(each).toEqual({ ...answered[0]!.classes[at], probability: expect.closeTo(answered[0]!.classes[at]!.probability, 12) }));
    expect(createdAt).toBeInstanceOf(Date);

    const records = { records: reader, project: (slug: string) => createServedProjectRepository(database).bySlug(slug), random: () => 1 };
    const request = { projectSlug: project.slug, predictionId: answered[1]!.id, by: 'someone', classId: 1, comment: 'it is a fox' };
    const reports = await Promise.all([reportPrediction(records, request), reportPrediction(records, request)]);
    expect(reports.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'skipped']);
    expect(await database.reviewItem.count({ where: { predictionId: answered[1]!.id } })).toBe(1);
    expect((await reader.list(project.id, { limit: 9, flag: 'reported' })).items.map(({ id }) => id)).toEqual([answered[1]!.id]);
    await expect(reportPrediction(records, { ...request, classId: 77 })).rejects.toMatchObject({ code: 'CLASS_UNKNOWN' });
    await expect(reportPrediction(records, { ...request, predictionId: project.id })).rejects.toMatchObject({ code: 'PREDICTION_NOT_FOUND' });
  });

  it('of a burst or near copies one is asked about, the others stand behind it; audit items stand for themselves', async () => {
    const policy = { ...defaultPolicy, flagging: { ...defaultPolicy.flagging, confidenceMin: 1, burstSeconds: 60, nearDuplicateBits: 4 }, audit: { share: 0 } };
    const project = await readyProject(policy);
    const send = async (size: number, query: string) => predictionSchema.parse(await (await post(project, await draw(size, size).png().toBuffer(), { query })).json());
    const itemOf = (prediction: PredictionReply) => database.reviewItem.findFirstOrThrow({ where: { predictionId: prediction.id } });
    const lead = await send(60, 'camera=a&capturedAt=2026-05-01T10:00:00Z');
    const second = await send(160, 'camera=a&capturedAt=2026-05-01T10:00:50Z');
    const third = await send(161, 'camera=a&capturedAt=2026-05-01T10:01:40Z');
    const [leadItem, secondItem, thirdItem] = [await itemOf(lead), await itemOf(second), await itemOf(third)];
    expect([leadItem.standsFor, secondItem.standsFor, thirdItem.standsFor]).toEqual([null, leadItem.id, leadItem.id]);
    const copy = await send(61, 'camera=a&capturedAt=2026-05-01T15:00:00Z');
    expect((await itemOf(copy)).standsFor).toBe(leadItem.id);
    const nextDay = await send(62, 'camera=a&capturedAt=2026-05-03T15:00:00Z');
    expect((await itemOf(nextDay)).standsFor).toBe(null);
    const elsewhere = await send(63, 'camera=b&capturedAt=2026-05-01T10:00:10Z');
    expect((await itemOf(elsewhere)).standsFor).toBe(null);
    await database.policyVersion.create({ data: { id: elsewhere.id, projectId: project.id, version: 2, policy: { ...policy, audit: { share: 1 } } as object, createdBy: 'test' } });
    await new Promise((resolve) => { setTimeout(resolve, 700); });
    const audited = await send(64, 'camera=a&capturedAt=2026-05-01T10:01:50Z');
    expect(await itemOf(audited)).toMatchObject({ standsFor: null, purpose: 'audit', blind: true });
  });
});

it('a promotion is in service within two seconds, and no request fails meanwhile', async () => {
  const project = await readyProject();
  const jpeg = await draw().jpeg().toBuffer();
  const numbers: number[] = [];
  const until = Date.now() + 4000;
  let promotedAt = 0;
  while (Date.now() < until) {
    const answer = await post(project, jpeg);
    expect(answer.status).toBe(200);
    numbers.push(predictionSchema.parse(await answer.json()).modelVersion.number);
    if (promotedAt === 0 && numbers.length > 10) {
      promotedAt = Date.now();
      await promoteHead({ database, store }, project, { head: headOf(5), backboneKey, weightsDigest: digest, preprocessing: adapted.preprocessing, number: 2 });
    }
    if (numbers.at(-1) === 2) break;
  }
  expect(numbers.at(-1)).toBe(2);
  expect(Date.now() - promotedAt).toBeLessThan(2000);
  await expect.poll(() => database.servingState.findFirst({ where: { projectId: project.id } }).then((row) => row?.modelVersionId), { timeout: 3000 }).toBe((await database.promotion.findFirstOrThrow({ where: { projectId: project.id, sequence: 2 } })).toId);
  const state = servingStateSchema.parse(await (await fetch(`${serving.url}/v1/serving`)).json());
  expect(state.projects).toContainEqual(expect.objectContaining({ project: project.slug, modelVersionNumber: 2 }));
});

describe('hostile files', () => {
  it('F28: more than 300 through the real process: no crash, nothing of 5xx, each refusal by its code; the odd ones are answered', async () => {
    const project = await readyProject();
    const wrong: string[] = [];
    for (const { name, bytes, allowed } of hostileImages(11, await soundPictures())) {
      const answer = await post(project, bytes);
      const code = await codeOf(answer);
      if (answer.status >= 500 || !allowed.includes(code)) wrong.push(`${name}: ${answer.status} ${code}`);
    }
    for (const { name, bytes } of await oddPictures()) if ((await post(project, bytes)).status !== 200) wrong.push(name);
    expect(wrong).toEqual([]);
    expect((await fetch(`${serving.url}/readyz`)).status).toBe(200);
  }, 120_000);
});

describe('the end of a process', () => {
  const sendMany = async (project: Project, to: ServingProcess, count: number, during: () => Promise<unknown>) => {
    const pictures = await Promise.all(Array.from({ length: count }, (_, at) => draw(60 + at, 50).jpeg().toBuffer()));
    const sent = pictures.map((bytes, at) => post(project, bytes, { to, key: `end-${at}` }).then(async (answer) => (answer.status === 200 ? predictionSchema.parse(await answer.json()) : null), () => null));
    await Promise.all([during(), ...sent]);
    return { pictures, answers: await Promise.all(sent) };
  };

  it('F1: kill -9 loses nothing that was acknowledged; sending again with the same keys makes it whole, once', async () => {
    const project = await readyProject();
    const doomed = await startServing(environment);
    const { pictures, answers } = await sendMany(project, doomed, 40, async () => {
      await expect.poll(() => database.prediction.count({ where: { projectId: project.id } }), { timeout: 20_000, interval: 5 }).toBeGreaterThan(3);
      await doomed.end('SIGKILL');
    });
    for (const acknowledged of answers.filter((each) => each !== null)) {
      const image = await database.image.findUniqueOrThrow({ where: { id: acknowledged.imageId } });
      expect(await database.prediction.count({ where: { id: acknowledged.id } })).toBe(1);
      expect(await store.exists(image.objectKey)).toBe(true);
    }
    for (const image of await database.image.findMany({ where: { projectId: project.id } })) expect(await store.exists(image.objectKey)).toBe(true);
    for (const [at, bytes] of pictures.entries()) {
      const again = predictionSchema.parse(await (await post(project, bytes, { key: `end-${at}` })).json());
      if (answers[at] != null) expect(again).toEqual(answers[at]);
    }
    const where = { projectId: project.id };
    expect([await database.prediction.count({ where }), await database.arrival.count({ where }), await database.image.count({ where })]).toEqual([40, 40, 40]);
  }, 60_000);

  it('SIGTERM answers what runs, takes nothing new and ends by itself', async () => {
    const project = await readyProject();
    const leaving = await startServing(environment);
    let code: number | null = null;
    const { answers } = await sendMany(project, leaving, 20, async () => {
      await expect.poll(() => database.prediction.count({ where: { projectId: project.id } }), { timeout: 20_000, interval: 5 }).toBeGreaterThan(1);
      code = await leaving.end('SIGTERM');
    });
    expect(code).toBe(0);
    const answered = answers.filter((each) => each !== null).length;
    expect(await database.prediction.count({ where: { projectId: project.id } })).toBe(answered);
  }, 60_000);
});
