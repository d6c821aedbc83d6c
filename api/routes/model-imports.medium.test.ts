import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { draw } from '../../adapters/images/testing/pictures.ts';
import { createSharpReader } from '../../adapters/images/sharp-reader.ts';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { importModelReplySchema, type ImportModelReply } from '../../contracts/models.ts';
import { predictionSchema } from '../../contracts/predictions.ts';
import type { ImportSpecification } from '../../domain/model-import.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { ApiWorld } from '../../testing/api-world.ts';
import { badModels, bytesOfGood, goodModels, side as fixtureSide, specification } from '../../testing/import-fixtures.ts';
import { createImportWorld, importBytesMax } from '../../testing/import-world.ts';
import { type ServingProcess, startServing } from '../../testing/serving-process.ts';

let world: ApiWorld;
let store: ObjectStore;
let serving: ServingProcess;
let admin: string;

beforeAll(async () => {
  const services = inject('services');
  ({ world, store } = await createImportWorld(services));
  admin = (await world.key('admin', null)).secret;
  serving = await startServing({ ...services, DATABASE_URL: world.fresh.databaseUrl, PERENNIAL_CACHE_DIR: '/tmp/perennial-test-cache' });
});
afterAll(async () => {
  await serving?.end('SIGTERM');
  await world?.close();
});

let names = 0;
async function project(classes: readonly string[] = specification.classNames): Promise<{ slug: string; id: string }> {
  const slug = `brought-${names += 1}`;
  const answer = await world.call('post', '/v1/projects').set('x-api-key', admin).send({ slug, name: slug, classes });
  return { slug, id: answer.body.id as string };
}
function send(slug: string, bytes: Uint8Array, { classNames, ...rest }: ImportSpecification, options: { key?: string; more?: object; secret?: string } = {}) {
  const about = JSON.stringify({ ...rest, classes: classNames, fileName: 'mine.onnx', ...options.more });
  return world.call('post', `/v1/projects/${slug}/models`).set('x-api-key', options.secret ?? admin).set('Idempotency-Key', options.key ?? `key-${names += 1}`)
    .field('about', about).attach('model', Buffer.from(bytes), 'mine.onnx');
}
const brought = (answer: { status: number; body: unknown; text: string }): ImportModelReply => {
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return importModelReplySchema.parse(answer.body);
};
async function predict(slug: string, bytes: Uint8Array, path = 'predictions') {
  const answer = await fetch(`${serving.url}/v1/projects/${slug}/${path}`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${admin}`, 'content-type': 'image/jpeg', 'idempotency-key': `predict-${names += 1}` } });
  return { status: answer.status, body: await answer.json() as unknown };
}

describe('a project that starts from a model and no data', { timeout: 180_000 }, () => {
  it('answers the next request with it; who, when and why stand in the records', async () => {
    const { slug, id } = await project();
    const reply = brought(await send(slug, bytesOfGood(goodModels[0]!), specification));
    expect(reply).toMatchObject({ becameChampion: true, embedding: 'features', version: { number: 1, kind: 'imported', champion: true, datasetVersion: null } });
    const { status, body } = await predict(slug, await draw().jpeg().toBuffer());
    expect(status).toBe(200);
    const prediction = predictionSchema.parse(body);
    expect(prediction.modelVersion).toMatchObject({ id: reply.version.id, kind: 'imported' });
    expect(prediction.classes.map(({ name }) => name).toSorted()).toEqual(['badger', 'fox', 'hare']);

    const promotion = await world.database.promotion.findFirstOrThrow({ where: { projectId: id } });
    expect(promotion).toMatchObject({ kind: 'first', fromId: null, gateReportId: null, decidedBy: 'admin', reason: expect.stringContaining('imported') as string });
    const event = await world.database.historyEvent.findFirstOrThrow({ where: { projectId: id, action: 'model.imported' } });
    expect(event).toMatchObject({ subject: reply.version.id, after: { number: 1, reason: 'imported by admin from mine.onnx' } });
    const version = await world.database.modelVersion.findUniqueOrThrow({ where: { id: reply.version.id } });
    for (const key of [version.backboneKey, version.artifactKey, version.headKey]) expect(await store.exists(key!)).toBe(true);
    expect(modelFiles.sha256(await store.get(version.artifactKey!))).toBe(version.artifactSha256);
    expect(await world.database.outbox.count({ where: { projectId: id, kind: 'model_imported', deliveredAt: null } })).toBe(1);
  });
});

describe('six kinds of model come in and answer a picture as they did before they came', { timeout: 180_000 }, () => {
  it.each(goodModels)('$name', async (good) => {
    const { slug } = await project(['hare', 'badger', 'fox']);
    const bytes = bytesOfGood(good);
    expect(brought(await send(slug, bytes, good.specification))).toMatchObject({ becameChampion: true, embedding: good.embedding });
    const jpeg = await draw(90, 60).jpeg({ quality: 95 }).toBuffer();
    const { body } = await predict(slug, jpeg, 'try');
    const { classes } = body as { classes: { name: string; probability: number }[] };
    for (const [at, expected] of (await asItCame(bytes, good.specification, jpeg, good.options)).entries()) {
      expect(classes.find(({ name }) => name === good.specification.classNames[at])?.probability).toBeCloseTo(expected, 4);
    }
  });
});

const shared = process.env['PERENNIAL_SHARED_DATA'];
const published = shared === undefined ? null : join(shared, 'models', 'orientation');
it.skipIf(published === null || !existsSync(published))('a published classifier answers as it did before it came (needs PERENNIAL_SHARED_DATA, skipped without)', { timeout: 180_000 }, async () => {
  const bytes = readFileSync(join(published!, 'model.onnx'));
  const told: ImportSpecification = { classNames: readFileSync(join(published!, 'labels.txt'), 'utf8').trim().split(/\r?\n/), colourOrder: 'rgb', range: '0-1', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], resizeMode: 'crop' };
  const { slug } = await project(told.classNames);
  expect(brought(await send(slug, bytes, told))).toMatchObject({ becameChampion: true, embedding: 'features' });
  for (const picture of [await draw(640, 480).jpeg().toBuffer(), await draw(300, 500).png().toBuffer()]) {
    const { body } = await predict(slug, picture);
    const { classes } = predictionSchema.parse(body);
    for (const [at, expected] of (await asItCame(bytes, told, picture, { ending: 'softmax' }, 224)).entries()) expect(classes.find(({ name }) => name === told.classNames[at])?.probability).toBeCloseTo(expected, 4);
  }
});

describe('what is hostile or wrong is refused by its code and leaves nothing behind', { timeout: 180_000 }, () => {
  it.each(badModels)('$name: $code', async ({ bytes, code, specification: told = specification }) => {
    const { slug, id } = await project(told.classNames);
    const answer = await send(slug, bytes(), told);
    expect([answer.body.code, answer.status >= 400 && answer.status < 500]).toEqual([code, true]);
    expect(await world.database.modelVersion.count({ where: { projectId: id } })).toBe(0);
    expect(await world.database.promotion.count({ where: { projectId: id } })).toBe(0);
  });
});

describe('the request', { timeout: 180_000 }, () => {
  const good = bytesOfGood(goodModels[0]!);
  const codeOf = (answer: { status: number; body: { code?: string } }) => answer.body.code ?? answer.status;

  it('is an engineer’s, with a key of its own, in two parts', async () => {
    const { slug, id } = await project();
    const annotator = (await world.key('annotator', id)).secret;
    const elsewhere = (await world.key('admin', (await project()).id)).secret;
    expect(codeOf(await send(slug, good, specification, { secret: annotator }))).toBe('AUTH_FORBIDDEN');
    expect(codeOf(await send(slug, good, specification, { secret: elsewhere }))).toBe('PROJECT_NOT_FOUND');
    expect(codeOf(await send(slug, good, specification, { secret: 'prn_0123456789012345678901234567890123456789' }))).toBe('AUTH_REQUIRED');
    const post = () => world.call('post', `/v1/projects/${slug}/models`).set('x-api-key', admin);
    expect(codeOf(await post().field('about', '{}').attach('model', Buffer.from(good), 'm'))).toBe('IDEMPOTENCY_KEY_MISSING');
    const keyed = () => post().set('Idempotency-Key', `key-${names += 1}`);
    expect(codeOf(await keyed().send({}))).toBe('REQUEST_MEDIA_TYPE_UNSUPPORTED');
    expect(codeOf(await keyed().attach('model', Buffer.from(good), 'm'))).toBe('REQUEST_INVALID');
    expect(codeOf(await keyed().field('about', '{').attach('model', Buffer.from(good), 'm'))).toBe('REQUEST_INVALID');
    expect(codeOf(await keyed().field('about', '{}').attach('picture', Buffer.from(good), 'm'))).toBe('REQUEST_INVALID');
    expect((await send(slug, good, specification, { more: { std: [0, 1, 1] } })).body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ path: 'std' }] });
    expect((await keyed().field('about', JSON.stringify({ classes: ['a', 'b'] })).attach('model', Buffer.from(good), 'm')).body.errors.map((each: { path: string }) => each.path)).toEqual(['colourOrder', 'range', 'mean', 'std', 'resizeMode']);
    expect(await world.database.modelVersion.count({ where: { projectId: id } })).toBe(0);
  });

  it('has one effect for its key, also when copies come at once; another file under it is refused', async () => {
    const { slug, id } = await project();
    const answers = await Promise.all([1, 2, 3].map(() => send(slug, good, specification, { key: 'same' })));
    expect(new Set(answers.map((answer) => brought(answer).version.id)).size).toBe(1);
    expect(brought(await send(slug, good, specification, { key: 'same' })).version.id).toBe(brought(answers[0]!).version.id);
    expect(codeOf(await send(slug, good, { ...specification, colourOrder: 'bgr' }, { key: 'same' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(codeOf(await send(slug, bytesOfGood(goodModels[3]!), specification, { key: 'same' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    const where = { projectId: id };
    expect([await world.database.modelVersion.count({ where }), await world.database.promotion.count({ where }), await world.database.outbox.count({ where }), await world.database.run.count({ where })]).toEqual([1, 1, 1, 1]);
  });

  it('of several first ones at once makes one champion; later ones wait for a person', async () => {
    const { slug, id } = await project();
    const answers = await Promise.all([0, 3, 4].map((at) => send(slug, bytesOfGood(goodModels[at]!), goodModels[at]!.specification)));
    expect(answers.map((answer) => brought(answer).becameChampion).filter(Boolean)).toHaveLength(1);
    expect(answers.map((answer) => brought(answer).version.number).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    const waiting = brought(answers.find((answer) => !brought(answer).becameChampion)!);
    const promoted = await world.call('post', `/v1/projects/${slug}/model-versions/${waiting.version.number}/promotion`).set('x-api-key', admin).set('Idempotency-Key', 'p').send({ reason: 'looked at forty by hand' });
    expect(promoted.body).toMatchObject({ kind: 'promotion', to: waiting.version.number, decidedBy: 'admin' });
    expect(await world.database.promotion.count({ where: { projectId: id } })).toBe(2);
    const left = brought(await send((await project()).slug, good, specification, { more: { promote: 'no' } }));
    expect([left.becameChampion, left.version.champion]).toEqual([false, false]);
  });

  it('maps class names to the project’s, and names those that it cannot', async () => {
    const { slug } = await project(['Hare', 'red_fox', 'badger', 'owl']);
    const told = { ...specification, classNames: ['badger', 'Red Fox', 'leveret'] };
    const refused = await send(slug, good, told);
    expect(refused.body).toMatchObject({ code: 'MODEL_CLASSES_MISMATCH', detail: 'The project has no class for leveret; its classes are Hare, red_fox, badger, owl.', details: { unknown: ['leveret'] } });
    expect(codeOf(await send(slug, good, told, { more: { renamed: { leveret: 'badger' } } }))).toBe('MODEL_CLASSES_MISMATCH');
    brought(await send(slug, good, told, { more: { renamed: { leveret: 'Hare' } } }));
    const { body } = await predict(slug, await draw().png().toBuffer());
    const { classes } = predictionSchema.parse(body);
    expect(classes.find(({ name }) => name === 'owl')?.probability).toBe(0);
    expect(classes.map(({ name }) => name).toSorted()).toEqual(['Hare', 'badger', 'owl', 'red_fox']);
  });

  it('is refused while it comes in when it is too large, whether it says its length or not', async () => {
    const { slug } = await project();
    const boundary = 'x'.repeat(20);
    const headers = { 'x-api-key': admin, 'idempotency-key': 'large', 'content-type': `multipart/form-data; boundary=${boundary}` };
    const post = (init: RequestInit & { duplex?: 'half' }) => fetch(`${world.url}/v1/projects/${slug}/models`, { method: 'POST', ...init, headers: { ...headers, ...init.headers as Record<string, string> } });
    const refusedBy = async (answer: Response) => [answer.status, (await answer.json() as { code: string }).code];
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(new TextEncoder().encode(`--${boundary}\r\nContent-Disposition: form-data; name="model"; filename="m"\r\nContent-Type: application/octet-stream\r\n\r\n`));
        sent += 1;
        if (sent > 200) controller.close();
        else controller.enqueue(new Uint8Array(2 ** 20));
      },
    });
    expect(await refusedBy(await post({ body, duplex: 'half' }))).toEqual([413, 'MODEL_TOO_LARGE']);
    // One that says so is refused before a byte of it has come.
    const said = await new Promise<number | undefined>((resolve, reject) => {
      const asked = httpRequest(`${world.url}/v1/projects/${slug}/models`, { method: 'POST', headers: { ...headers, 'idempotency-key': 'said', 'content-length': importBytesMax + 3 * 2 ** 20 } }, (answer) => {
        resolve(answer.statusCode);
        asked.destroy();
      });
      asked.on('error', reject);
      asked.flushHeaders();
    });
    expect(said).toBe(413);
  });
});

/** What the model as it came says of a picture, fed by the reader in the model's own way and run by the runtime alone. */
async function asItCame(bytes: Uint8Array, told: ImportSpecification, jpeg: Uint8Array, options: (typeof goodModels)[number]['options'], side = fixtureSide): Promise<number[]> {
  const nhwc = options.layout === 'nhwc';
  const values = await createSharpReader().modelInput(jpeg, {
    width: side, height: side, resizeMode: told.resizeMode, kernel: 'linear', cropShare: told.cropShare ?? 0.875, colourOrder: told.colourOrder,
    scale: told.range === '0-1' ? 1 / 255 : 1, mean: told.mean, std: told.std, layout: nhwc ? 'nhwc' : 'nchw', type: 'float32',
  });
  const dims = nhwc ? [1, side, side, 3] : [1, 3, side, side];
  const session = await InferenceSession.create(bytes);
  const answers = await session.run({ [session.inputNames[0]!]: options.type === 'uint8' ? new Tensor('uint8', Uint8Array.from(values), dims) : new Tensor('float32', values, dims) });
  const out = answers[session.outputNames[0]!];
  await session.release();
  const came = Array.from(out!.data as Float32Array);
  if (options.ending !== undefined) return came;
  const powers = came.map((value) => Math.exp(value - Math.max(...came)));
  return powers.map((value) => value / powers.reduce((a, b) => a + b));
}
