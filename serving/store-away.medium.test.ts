import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { draw } from '../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { adaptModel } from '../adapters/onnx/adapt-model.ts';
import { bytesOf, randomValues, smallModel } from '../adapters/onnx/testing/small-models.ts';
import { weightsDigest } from '../adapters/onnx/weights-digest.ts';
import { createDatabase, type Database } from '../adapters/postgres/connection.ts';
import { defaultPolicy } from '../domain/policy.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { makeProject, promoteHead, type ServingProcess, startServing } from '../testing/serving-process.ts';
import { standBeforeStore, type StoreInBetween, type StoreMood } from '../testing/store-in-between.ts';

const adapted = adaptModel(bytesOf(smallModel({ side: 16 })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' });
const digest = weightsDigest(adapted.bytes);
const backboneKey = `backbones/${digest}.onnx`;

let fresh: FreshDatabase;
let database: Database;
let between: StoreInBetween;
let serving: ServingProcess;
let project: Awaited<ReturnType<typeof makeProject>>;

beforeAll(async () => {
  const services = inject('services');
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl);
  between = await standBeforeStore(services['S3_ENDPOINT']!);
  const store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  await store.put(backboneKey, adapted.bytes);
  project = await makeProject(database, defaultPolicy);
  const head = { classIds: [0, 1], dimensions: 8, weights: randomValues(16, 1), bias: new Float32Array(2), temperature: 1, normalise: 'l2' as const, centroids: randomValues(16, 2) };
  await promoteHead({ database, store }, project, { head, backboneKey, weightsDigest: digest, preprocessing: adapted.preprocessing, number: 1 });
  serving = await startServing({ ...services, S3_ENDPOINT: between.endpoint, DATABASE_URL: fresh.databaseUrl });
});
afterAll(async () => {
  between.mood = 'through';
  await serving?.end('SIGTERM');
  await between?.stop();
  await database?.$disconnect();
  await fresh?.drop();
});

const post = async (bytes: Uint8Array, key: string) => {
  const answer = await fetch(`${serving.url}/v1/projects/${project.slug}/predictions`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${project.secret}`, 'content-type': 'image/jpeg', 'idempotency-key': key } });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), code: ((await answer.json()) as { code?: string }).code };
};
const stored = async () => Promise.all([database.arrival.count(), database.image.count(), database.prediction.count(), database.keyedReply.count()]);

describe('F8, F53 while the object store', () => {
  it.each<[string, StoreMood, string, string]>([
    ['is gone', 'gone', 'STORE_UNAVAILABLE', '2'],
    ['is full', 'full', 'STORAGE_FULL', '30'],
    ['does not answer', 'silent', 'STORE_UNAVAILABLE', '2'],
  ])('%s, a picture is refused with a time to come back, nothing of it is kept, and the same key works afterwards', async (_what, mood, code, retryAfter) => {
    const pictures = await Promise.all(Array.from({ length: 4 }, (_, at) => draw(64 + at, 48).jpeg().toBuffer()));
    const before = await stored();
    between.mood = mood;
    const refused = await Promise.all(pictures.map((bytes, at) => post(bytes, `${mood}-${at}`)));
    expect(refused).toEqual(pictures.map(() => ({ status: 503, retryAfter, code })));
    expect(await stored()).toEqual(before);
    between.mood = 'through';
    const taken = await Promise.all(pictures.map((bytes, at) => post(bytes, `${mood}-${at}`)));
    expect(taken.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const [arrivals, , predictions] = await stored();
    expect([arrivals - before[0], predictions - before[2]]).toEqual([4, 4]);
  }, 60_000);
});
