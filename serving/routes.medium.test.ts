import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { draw } from '../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { adaptModel } from '../adapters/onnx/adapt-model.ts';
import { bytesOf, randomValues, smallModel } from '../adapters/onnx/testing/small-models.ts';
import { weightsDigest } from '../adapters/onnx/weights-digest.ts';
import { createChallengeRepository } from '../adapters/postgres/challenge-repository.ts';
import { createDatabase, type Database } from '../adapters/postgres/connection.ts';
import { type PredictionReply, predictionSchema } from '../contracts/predictions.ts';
import { canaryArm, type ChallengeStage } from '../domain/challenge.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import type { Head, ObjectStore } from '../domain/ports.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { makeProject, promoteHead, type ServingProcess, startServing, storeVersion } from '../testing/serving-process.ts';

const adapted = (side: number) => {
  const { bytes, preprocessing } = adaptModel(bytesOf(smallModel({ side })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' });
  const digest = weightsDigest(bytes);
  return { bytes, preprocessing, weightsDigest: digest, backboneKey: `backbones/${digest}-${side}.onnx` };
};
/** The champion's backbone, and one of another input size, as a full challenger has. */
const [ours, theirs] = [adapted(16), adapted(24)];
const base: Head = { classIds: [0, 1], dimensions: 8, weights: randomValues(16, 1).map((value) => value * 40), bias: new Float32Array(2), temperature: 1, normalise: 'l2', centroids: null };
/** Answers the other class wherever `base` is sure. */
const opposite: Head = { ...base, weights: base.weights.map((value) => -value) };
const bare: Policy = { ...defaultPolicy, flagging: { ...defaultPolicy.flagging, confidenceMin: 0, marginMin: 0 }, audit: { share: 0 } };

let fresh: FreshDatabase;
let database: Database;
let store: ObjectStore;
let serving: ServingProcess;
let pictures: Buffer[];
beforeAll(async () => {
  const services = inject('services');
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl);
  store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  for (const { backboneKey, bytes } of [ours, theirs]) await store.put(backboneKey, bytes);
  serving = await startServing({ ...services, DATABASE_URL: fresh.databaseUrl, PERENNIAL_CACHE_DIR: '/tmp/perennial-test-cache' });
  pictures = await Promise.all(Array.from({ length: 12 }, (_, at) => draw(40 + at, 40).png().toBuffer()));
});
afterAll(async () => {
  await serving?.end('SIGTERM');
  await database?.$disconnect();
  await fresh?.drop();
});

/** A project with a champion (version 1) and a challenger (version 2) on a road that has not begun. */
async function contested(challenger: Partial<Head> & { full?: boolean; backboneKey?: string } = {}) {
  const { full = false, backboneKey, ...head } = challenger;
  const project = await makeProject(database, bare);
  const championId = await promoteHead({ database, store }, project, { head: base, ...ours, number: 1 });
  const other = full ? theirs : ours;
  const challengerId = await storeVersion({ database, store }, project, { head: { ...opposite, ...head }, ...other, ...(backboneKey !== undefined && { backboneKey }), number: 2 });
  const challenges = createChallengeRepository(database);
  const challenge = await challenges.open({ projectId: project.id, challengerId, championId, kind: 'road', gateReportId: null, startedBy: 'test', key: 'road' });
  let sequence = 0;
  return {
    project, championId, challengerId, challengeId: challenge.id,
    /** Takes the next step and waits until serving follows it, or has found the challenger at fault. */
    async step(stage: ChallengeStage, canaryPercent = 0, shadowPercent = 100) {
      await challenges.append({ projectId: project.id, challengeId: challenge.id, after: sequence, stage, shadowPercent, canaryPercent, decidedBy: 'test', reason: 'test', key: `${sequence}` });
      sequence += 1;
      const follows = async () => (await database.servingState.count({ where: { projectId: project.id, challengeSequence: sequence } })) + (await database.challengeFault.count({ where: { challengeId: challenge.id } }));
      await expect.poll(follows, { timeout: 8_000 }).toBeGreaterThan(0);
    },
    counts: async () => {
      const rows = await database.shadowCount.findMany({ where: { challengeId: challenge.id } });
      const sum = (of: 'seen' | 'disagreed' | 'failed') => rows.reduce((total, row) => total + row[of], 0);
      return { seen: sum('seen'), disagreed: sum('disagreed'), failed: sum('failed') };
    },
    answers: () => database.shadowAnswer.findMany({ where: { challengeId: challenge.id } }),
    faults: () => database.challengeFault.findMany({ where: { challengeId: challenge.id } }),
  };
}
type Contested = Awaited<ReturnType<typeof contested>>;

/** Sends all pictures, each from a camera of its own on one day. */
async function sendAll({ project }: Contested): Promise<PredictionReply[]> {
  const answers = await Promise.all(pictures.map((bytes, at) => fetch(`${serving.url}/v1/projects/${project.slug}/predictions?camera=camera-${at}&capturedAt=2026-05-01T10:00:00Z`, {
    method: 'POST', headers: { authorization: `Bearer ${project.secret}`, 'idempotency-key': uuidv7(), 'content-type': 'image/png' }, body: new Uint8Array(bytes),
  })));
  expect(answers.map(({ status }) => status)).toEqual(pictures.map(() => 200));
  return Promise.all(answers.map(async (answer) => predictionSchema.parse(await answer.json())));
}

describe('shadow', () => {
  it('the champion answers all, the challenger is compared on each; where they differ it is kept', async () => {
    const scene = await contested();
    await scene.step('shadow');
    const answers = await sendAll(scene);
    expect(new Set(answers.map(({ modelVersion }) => modelVersion.number))).toEqual(new Set([1]));
    await expect.poll(scene.counts, { timeout: 4_000 }).toEqual({ seen: 12, disagreed: 12, failed: 0 });
    const kept = await scene.answers();
    expect(kept).toHaveLength(12);
    for (const { predictionId, classId, modelVersionId, drawn, inclusion } of kept) {
      expect({ classId, modelVersionId, drawn, inclusion }).toEqual({ classId: 1 - answers.find(({ id }) => id === predictionId)!.top.classId, modelVersionId: scene.challengerId, drawn: false, inclusion: 1 });
    }
  });

  it('one that agrees leaves counts and hardly a row; one that is not to be compared leaves nothing', async () => {
    const scene = await contested({ weights: base.weights });
    await scene.step('shadow');
    await sendAll(scene);
    await expect.poll(scene.counts, { timeout: 4_000 }).toEqual({ seen: 12, disagreed: 0, failed: 0 });
    for (const { drawn, inclusion } of await scene.answers()) expect([drawn, inclusion < 0.05]).toEqual([true, true]);
    await scene.step('held', 0, 0);
    await sendAll(scene);
    await new Promise((resolve) => { setTimeout(resolve, 800); });
    expect((await scene.counts()).seen).toBe(12);
  });

  it('a full challenger runs its own backbone, a few at a time, and the answers do not wait for it', async () => {
    const scene = await contested({ full: true });
    await scene.step('shadow');
    for (let turn = 0; turn < 3; turn += 1) for (const { modelVersion } of await sendAll(scene)) expect(modelVersion.number).toBe(1);
    await expect.poll(async () => (await scene.counts()).seen, { timeout: 4_000 }).toBeGreaterThanOrEqual(2);
    expect(await scene.counts()).toMatchObject({ failed: 0 });
  });
});

describe('canary', () => {
  for (const full of [false, true]) {
    it(`a ${full ? 'full' : 'light'} challenger answers its camera-days, says so, and the champion is compared there`, async () => {
      const scene = await contested({ full });
      await scene.step('canary', 50);
      const answers = await sendAll(scene);
      const arms = answers.map(({ camera }) => canaryArm(scene.project.id, scene.challengeId, camera!, '2026-05-01', 50));
      expect(answers.map(({ modelVersion }) => modelVersion.number)).toEqual(arms.map((arm) => (arm === 'challenger' ? 2 : 1)));
      expect(new Set(arms).size).toBe(2);
      const rows = await database.prediction.findMany({ where: { projectId: scene.project.id, purpose: 'canary' } });
      expect(rows.map(({ modelVersionId }) => modelVersionId)).toEqual(arms.filter((arm) => arm === 'challenger').map(() => scene.challengerId));
      if (full) return;
      await expect.poll(async () => (await scene.answers()).length, { timeout: 4_000 }).toBe(12);
      for (const { predictionId, modelVersionId } of await scene.answers()) expect(modelVersionId).toBe(rows.some(({ id }) => id === predictionId) ? scene.championId : scene.challengerId);
    });
  }
});

describe('bake', () => {
  it('the challenger is champion, and the one before it is compared on its answers', async () => {
    const scene = await contested();
    await scene.step('canary', 50);
    await database.promotion.create({ data: { id: uuidv7(), projectId: scene.project.id, sequence: 2, kind: 'promotion', fromId: scene.championId, toId: scene.challengerId, reason: 'test', decidedBy: 'test', key: 'bake' } });
    await scene.step('bake', 100);
    await expect.poll(async () => (await database.servingState.findFirst({ where: { projectId: scene.project.id } }))?.modelVersionId, { timeout: 4_000 }).toBe(scene.challengerId);
    expect(new Set((await sendAll(scene)).map(({ modelVersion }) => modelVersion.number))).toEqual(new Set([2]));
    await expect.poll(async () => (await scene.answers()).length, { timeout: 4_000 }).toBe(12);
    expect(new Set((await scene.answers()).map(({ modelVersionId }) => modelVersionId))).toEqual(new Set([scene.championId]));
    expect(await database.prediction.count({ where: { projectId: scene.project.id, purpose: 'canary' } })).toBe(0);
  });
});

describe('ROUTE2 a challenger at fault', () => {
  for (const [what, challenger, code] of [
    ['whose numbers are none', { weights: base.weights.map(() => Number.NaN) }, 'MODEL_OUTPUT_NOT_FINITE'],
    ['whose head does not fit', { dimensions: 4, weights: randomValues(8, 1) }, 'MODEL_OUTPUT_UNSUPPORTED'],
    ['whose file is gone', { backboneKey: 'backbones/nowhere.onnx' }, 'STORE_OBJECT_NOT_FOUND'],
  ] as const) {
    it(`${what} is told by its code; the champion answers in its place`, async () => {
      const scene = await contested(challenger);
      await scene.step('canary', 100);
      expect(new Set((await sendAll(scene)).map(({ modelVersion }) => modelVersion.number))).toEqual(new Set([1]));
      expect((await scene.faults()).map((fault) => [fault.code, fault.modelVersionId])).toEqual([[code, scene.challengerId]]);
      await expect.poll(async () => (await scene.counts()).failed, { timeout: 4_000 }).toBeGreaterThanOrEqual(1);
    });
  }

  it('found only while it answers is dropped at its first answer, which the champion gives', async () => {
    // Finite weights whose sum with an embedding is not: what a file can hide until it is asked.
    const scene = await contested({ weights: randomValues(16, 1).map((value) => (value > 0 ? 3e38 : -3e38)), temperature: 1e-300, bias: new Float32Array([3e38, -3e38]) });
    await scene.step('canary', 100);
    expect(new Set((await sendAll(scene)).map(({ modelVersion }) => modelVersion.number))).toEqual(new Set([1]));
    await expect.poll(async () => (await scene.faults()).length, { timeout: 4_000 }).toBe(1);
  });
});
