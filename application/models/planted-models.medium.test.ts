import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { valuesOf } from '../../adapters/images/model-input.ts';
import { draw } from '../../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../../adapters/object-store/minio-store.ts';
import { adaptModel } from '../../adapters/onnx/adapt-model.ts';
import { timeModelInChild } from '../../adapters/onnx/loading-child.ts';
import { digestOfPreprocessing, modelFiles } from '../../adapters/onnx/model-files.ts';
import { createModelImporter } from '../../adapters/onnx/model-importer.ts';
import { createOnnxBackbone } from '../../adapters/onnx/onnx-backbone.ts';
import { bytesOf, smallModel } from '../../adapters/onnx/testing/small-models.ts';
import { weightsDigest } from '../../adapters/onnx/weights-digest.ts';
import { createChallengeRepository } from '../../adapters/postgres/challenge-repository.ts';
import { createDatabase, type Database } from '../../adapters/postgres/connection.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { predictionSchema } from '../../contracts/predictions.ts';
import { answerOf } from '../../domain/head.ts';
import type { GateCheck } from '../../domain/gate.ts';
import { runningCostChecks } from '../../domain/gate-running-cost.ts';
import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import type { Head, ObjectStore } from '../../domain/ports.ts';
import type { DatasetVersions, EmbeddingReader } from '../../domain/ports-models.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import { createRandom, randomNormal, shuffled } from '../../statistics/random.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { badModels, side as importedSide, specification } from '../../testing/import-fixtures.ts';
import { makeProject, promoteHead, type ServingProcess, startServing, storeVersion } from '../../testing/serving-process.ts';
import { sizedModel, sizedPreprocessing } from '../../testing/sized-models.ts';
import { judgeChallenger } from './judge-challenger.ts';
import { measureRunningCosts } from './measure-running-costs.ts';

const side = 16;
const classes = ['reddish', 'greenish', 'bluish'].map((name, classId) => ({ classId, name }));
const adapted = adaptModel(bytesOf(smallModel({ side })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], resizeMode: 'stretch' });
const digest = weightsDigest(adapted.bytes);
const right = adapted.preprocessing;
const wrongColours: Preprocessing = { ...right, colourOrder: 'bgr' };
const wrongScaling: Preprocessing = { ...right, scale: 1 };

/** Pictures whose class is the colour they lean to; some lean so little that the best model is wrong about them. */
const random = createRandom(11);
const pictures = Array.from({ length: 1_200 }, (_, at) => {
  const truth = at % 3;
  const colour = [0, 1, 2].map((channel) => 110 + (channel === truth ? 26 : 0) + 16 * randomNormal(random));
  const data = Uint8Array.from({ length: 3 * side * side }, (__, byte) => Math.max(0, Math.min(255, colour[byte % 3]! + 20 * randomNormal(random))));
  return { imageId: uuidv7(), truth, data };
});
const [training, audit, reference] = [pictures.slice(0, 300), pictures.slice(300, 900), pictures.slice(900)];

/** A head as a linear discriminant: class means over one spread, and a temperature that makes it as sure as it is right. */
function fitted(rows: readonly Float32Array[], truths: readonly number[]): Head {
  const dimensions = rows[0]!.length;
  const means = classes.map(({ classId }) => { const own = rows.filter((_, at) => truths[at] === classId); return Float64Array.from({ length: dimensions }, (_, i) => own.reduce((sum, row) => sum + row[i]!, 0) / own.length); });
  const spread = Float64Array.from({ length: dimensions }, (_, i) => 1e-9 + rows.reduce((sum, row, at) => sum + (row[i]! - means[truths[at]!]![i]!) ** 2, 0) / rows.length);
  const weights = Float32Array.from(means.flatMap((mean) => [...mean].map((value, i) => value / spread[i]!)));
  const bias = Float32Array.from(means, (mean) => -mean.reduce((sum, value, i) => sum + value ** 2 / spread[i]!, 0) / 2);
  const head = (temperature: number): Head => ({ classIds: [0, 1, 2], dimensions, weights, bias, temperature, normalise: 'none', centroids: null });
  const loss = (one: Head): number => rows.reduce((sum, row, at) => sum - Math.log(Math.max(1e-12, answerOf(one, row).probabilities[truths[at]!]!)), 0);
  return [0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 20].map(head).reduce((best, each) => (loss(each) < loss(best) ? each : best));
}

let fresh: FreshDatabase;
let database: Database;
let store: ObjectStore;
let serving: ServingProcess;
let project: Awaited<ReturnType<typeof makeProject>>;
let championId: string;
let champion: Head;
const embedded = new Map<string, Map<string, Float32Array>>();
let number = 1;
const backboneKey = `backbones/${digest}.onnx`;
const loop = { stopping: false, statuses: [] as number[], versions: new Set<number>(), done: Promise.resolve() };

async function embedAll(preprocessing: Preprocessing): Promise<void> {
  const backbone = await createOnnxBackbone(adapted.bytes, { threads: 1, preprocessing });
  const inputs = pictures.map(({ data }) => valuesOf(preprocessing, { data, width: side, height: side } as never, { width: side, height: side, left: 0, top: 0 }));
  const answers = await backbone.run(inputs);
  embedded.set(digestOfPreprocessing(preprocessing), new Map(pictures.map(({ imageId }, at) => [imageId, answers[at]!.embedding])));
  await backbone.close();
}

/** One request after another, for as long as the tests run: each is answered, by the champion. */
async function keepAsking(): Promise<void> {
  const picture = await draw(48, 48).png().toBuffer();
  while (!loop.stopping) {
    const answer = await fetch(`${serving.url}/v1/projects/${project.slug}/predictions?camera=north`, {
      method: 'POST', headers: { authorization: `Bearer ${project.secret}`, 'idempotency-key': uuidv7(), 'content-type': 'image/png' }, body: new Uint8Array(picture),
    });
    loop.statuses.push(answer.status);
    if (answer.ok) loop.versions.add(predictionSchema.parse(await answer.json()).modelVersion.number);
    await new Promise((resolve) => { setTimeout(resolve, 40); });
  }
}

beforeAll(async () => {
  const services = inject('services');
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl);
  store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  await store.put(backboneKey, adapted.bytes);
  for (const each of [right, wrongColours, wrongScaling]) await embedAll(each);
  champion = fitted(training.map(({ imageId }) => embedded.get(digestOfPreprocessing(right))!.get(imageId)!), training.map(({ truth }) => truth));
  project = await makeProject(database, { ...defaultPolicy, audit: { share: 0 } });
  championId = await promoteHead({ database, store }, project, { head: champion, backboneKey, weightsDigest: digest, preprocessing: right, number });
  serving = await startServing({ ...services, DATABASE_URL: fresh.databaseUrl, PERENNIAL_CACHE_DIR: '/tmp/perennial-test-cache' });
  loop.done = keepAsking();
});
afterAll(async () => {
  loop.stopping = true;
  await loop.done;
  await serving?.end('SIGTERM');
  await database?.$disconnect();
  await fresh?.drop();
});

const datasets = {
  latest: async () => ({ id: 'd', number: 1, rootDigest: '', imageCount: pictures.length }),
  rows: async () => pictures.map(({ imageId, truth }) => ({ imageId, classId: truth, sha256: '', split: 'test', group: imageId })),
  holdout: async (_project: string, which: string) => (which === 'audit' ? audit : reference).map(({ imageId }) => ({ imageId, group: imageId, weight: 1 })),
} as unknown as DatasetVersions;
const embeddings: EmbeddingReader = { load: async (_project, ids, _weights, preprocessing) => new Map(ids.flatMap((id) => { const found = embedded.get(preprocessing)?.get(id); return found === undefined ? [] : [[id, found]]; })) };

/** What the gate says of a challenger, by the labels alone. */
async function judged(head: Head, more: { preprocessing?: Preprocessing; policy?: Partial<Policy['gate']> } = {}) {
  number += 1;
  const challengerId = await storeVersion({ database, store }, project, { head, backboneKey, weightsDigest: digest, preprocessing: more.preprocessing ?? right, number });
  const judgement = await judgeChallenger({
    records: createModelRepository(database), datasets, embeddings, files: modelFiles, store, clock: { now: () => new Date() }, classes: async () => ({ id: '', classes }),
    policy: async () => ({ ...defaultPolicy, gate: { ...defaultPolicy.gate, ...more.policy } }),
  }, { projectId: project.id, challengerId, key: `gate-${number}` });
  const failed = (judgement.report.checks as readonly GateCheck[]).filter(({ answer }) => answer === 'hold').map(({ name }) => name);
  return { action: judgement.action, verdict: judgement.report.verdict, sentence: judgement.report.sentence, failed };
}
const withBias = (classId: number, by: number): Head => ({ ...champion, bias: champion.bias.map((value, at) => (at === classId ? value + by : value)) });
const recall = (head: Head, classId: number): number => {
  const own = [...audit, ...reference].filter(({ truth }) => truth === classId);
  return own.filter(({ imageId }) => answerOf(head, embedded.get(digestOfPreprocessing(right))!.get(imageId)!).top === classId).length / own.length;
};

it('a challenger as good as the champion passes: what follows is not refused for being new', async () => {
  expect(await judged({ ...champion, weights: champion.weights.slice() })).toMatchObject({ verdict: 'pass', failed: [] });
});

describe('is held by the gate', () => {
  it('1 shuffled labels', async () => {
    const rows = training.map(({ imageId }) => embedded.get(digestOfPreprocessing(right))!.get(imageId)!);
    expect(await judged(fitted(rows, shuffled(training.map(({ truth }) => truth), createRandom(3))))).toMatchObject({ action: 'hold', failed: expect.arrayContaining(['overall', 'reference']) });
  });
  it('2 a dead class', async () => {
    expect(await judged(withBias(1, -1e4))).toMatchObject({ action: 'hold', failed: expect.arrayContaining(['class greenish', 'macro F1']) });
  });
  it('3 five points worse in one class: never passed, and held where the class is listed', async () => {
    let by = 0;
    while (recall(withBias(2, -by), 2) > recall(champion, 2) - 0.05) by += 0.05;
    const worse = withBias(2, -by);
    expect((await judged(worse)).verdict).not.toBe('pass');
    expect(await judged(worse, { policy: { listedClasses: [{ classId: 2, margin: 0.01 }] } })).toMatchObject({ action: 'hold', failed: expect.arrayContaining(['class bluish']) });
  });
  it('6 a wrong class order', async () => {
    expect(await judged({ ...champion, classIds: [1, 2, 0] })).toMatchObject({ action: 'hold', failed: expect.arrayContaining(['overall']) });
  });
  it('7 a wrong colour order', async () => {
    expect(await judged(champion, { preprocessing: wrongColours })).toMatchObject({ action: 'hold', failed: expect.arrayContaining(['overall']) });
  });
  it('8 a wrong scaling', async () => {
    expect(await judged(champion, { preprocessing: wrongScaling })).toMatchObject({ action: 'hold', failed: expect.arrayContaining(['overall']) });
  });
  it('11 overconfident, with the same answers', async () => {
    expect(await judged({ ...champion, temperature: champion.temperature / 30 })).toMatchObject({ action: 'hold', failed: ['calibration'] });
  });

  /** As the worker measures, with fewer runs. */
  const measured = async (challenger: Uint8Array, base: Uint8Array, runs: number) => {
    const files = new Map([['old', base], ['new', challenger]]);
    const version = (key: string) => ({ backboneKey: key, backboneDigest: key, preprocessing: sizedPreprocessing, preprocessingDigest: '' }) as never;
    const costs = await measureRunningCosts({ store: { get: async (key) => files.get(key)! }, time: (bytes, preprocessing) => timeModelInChild(bytes, preprocessing, runs) }, { champion: version('old'), challenger: version('new') });
    return new Map(runningCostChecks(costs, defaultPolicy.gate).map((check) => [check.name, check]));
  };
  it('9 three times as slow', async () => {
    const checks = await measured(sizedModel({ layers: 12, megabytes: 1 }), sizedModel({ layers: 4, megabytes: 1 }), 15);
    expect(checks.get('latency')!.sentence).toContain('It is slower than the 1.1 × allowed.');
    expect([checks.get('latency')!.answer, checks.get('memory')!.answer]).toEqual(['hold', 'pass']);
  }, 120_000);
  it('10 three times as large', async () => {
    const checks = await measured(sizedModel({ layers: 1, megabytes: 45 }), sizedModel({ layers: 1, megabytes: 15 }), 1);
    expect(checks.get('memory')!.answer).toBe('hold');
  }, 120_000);
});

describe('is refused when it is imported', () => {
  const importer = createModelImporter({ secondsMax: 90, memoryBytesMax: 2 ** 31 });
  const imported = (bytes: Uint8Array) => importer.bring(bytes, specification, specification.classNames.map((name, classId) => ({ classId, name })), [0, 1, 2]).then(() => 'taken', (error: { code?: string }) => error.code);
  it('4 weights that are not numbers; and a head of ours that holds such is not judged', async () => {
    expect(await imported(badModels.find(({ name }) => name === 'weights that are not numbers')!.bytes())).toBe('MODEL_OUTPUT_NOT_FINITE');
    await expect(judged({ ...champion, weights: champion.weights.map(() => Number.NaN) })).rejects.toMatchObject({ code: 'MODEL_OUTPUT_NOT_FINITE' });
  }, 120_000);
  it('5 the same answer for every picture', async () => {
    const constant = smallModel({ side: importedSide });
    for (const tensor of constant.graph.initializer) if (tensor.name === 'last.weight') tensor.rawData = new Uint8Array(tensor.rawData!.length);
    expect(await imported(bytesOf(constant))).toBe('MODEL_OUTPUT_UNSUPPORTED');
  }, 120_000);
  it('12 hostile files', async () => {
    const hostile = badModels.filter(({ name }) => ['no model at all', 'weights outside the file, at a place of the machine', 'an operator of its own library', 'a tensor of 40 GB, said in a few bytes'].includes(name));
    expect(await Promise.all(hostile.map(({ bytes }) => imported(bytes())))).toEqual(hostile.map(({ code }) => code));
  }, 120_000);
});

describe('is caught live, had it come so far', () => {
  for (const [what, head, code] of [
    ['not a number', () => ({ ...champion, weights: champion.weights.map(() => Number.NaN) }), 'MODEL_OUTPUT_NOT_FINITE'],
    ['another shape', () => ({ ...champion, dimensions: 4, weights: champion.weights.slice(0, 12) }), 'MODEL_OUTPUT_UNSUPPORTED'],
  ] as const) {
    it(`${what}, as a canary that should answer everybody`, async () => {
      number += 1;
      const challengerId = await storeVersion({ database, store }, project, { head: head(), backboneKey, weightsDigest: digest, preprocessing: right, number });
      const challenges = createChallengeRepository(database);
      const { id: challengeId } = await challenges.open({ projectId: project.id, challengerId, championId, kind: 'road', gateReportId: null, startedBy: 'test', key: `road-${number}` });
      const step = { projectId: project.id, challengeId, shadowPercent: 100, decidedBy: 'test', reason: 'test' };
      await challenges.append({ ...step, after: 0, stage: 'canary', canaryPercent: 100, key: 'canary' });
      await expect.poll(async () => (await database.challengeFault.findMany({ where: { challengeId } })).map((fault) => fault.code), { timeout: 20_000 }).toEqual([code]);
      await challenges.append({ ...step, after: 1, stage: 'aborted', canaryPercent: 0, key: 'aborted' });
    }, 40_000);
  }
});

it('the champion answered all the while, and nobody else did', () => {
  expect(loop.statuses.length).toBeGreaterThan(20);
  expect(new Set(loop.statuses)).toEqual(new Set([200]));
  expect(loop.versions).toEqual(new Set([1]));
});
