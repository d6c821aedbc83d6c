import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFailed } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { draw } from '../../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../../adapters/object-store/minio-store.ts';
import { createMlflowRegistry } from '../../adapters/mlflow/mlflow-registry.ts';
import { adaptModel } from '../../adapters/onnx/adapt-model.ts';
import { bytesOf, randomValues, smallModel } from '../../adapters/onnx/testing/small-models.ts';
import { weightsDigest } from '../../adapters/onnx/weights-digest.ts';
import { createChallengeRepository } from '../../adapters/postgres/challenge-repository.ts';
import { createDatabase, type Database } from '../../adapters/postgres/connection.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createTemporalWorkflows } from '../../adapters/temporal/temporal-workflows.ts';
import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import type { Head, ModelRegistry, ObjectStore } from '../../domain/ports.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { makeProject, promoteHead, type ServingProcess, startServing, storeVersion } from '../../testing/serving-process.ts';
import { keepWorker, type WorkerProcess } from '../../testing/worker-process.ts';
import { clearChallenger } from './clear-challenger.ts';
import { createAlertRepository } from '../../adapters/postgres/alert-repository.ts';
import { registeredModelOf } from '../models/register-run.ts';

/** Every place between two writes, on the way there and on the way back. */
const onTheWayThere = ['promote.before', 'promote.recorded', 'promote.served', 'step.bake.before', 'step.bake.after', 'alias.before', 'alias.set'];
const onTheWayBack = ['rollback.before', 'rollback.recorded', 'rollback.served', 'step.rolled_back.before', 'step.rolled_back.after', 'alias.before', 'alias.set'];
/** A killed step is given out again after its heartbeat was missed: a kill takes most of half a minute, and all of them are for a run of their own. */
const all = process.env['PERENNIAL_FAILPOINT_KILLS'] === 'all';
const cycles = onTheWayThere.map((there, at) => ({ there, back: onTheWayBack[at] as string })).filter(({ there }) => all || there === 'promote.recorded');
const agreeWithinMs = 30_000;

const policy: Policy = {
  ...defaultPolicy, audit: { share: 0 },
  road: { stages: 'staged', approvalsWanted: 0, lookSeconds: 1, shadow: { ...defaultPolicy.road.shadow, hoursMin: 100 }, canary: { steps: [100], hoursMin: 100, hoursMax: 200, imagesMin: 50 }, bake: { hours: 100 } },
};
const head: Head = { classIds: [0, 1], dimensions: 8, weights: randomValues(16, 1), bias: new Float32Array(2), temperature: 1, normalise: 'l2', centroids: null };

let fresh: FreshDatabase;
let database: Database;
let store: ObjectStore;
let registry: ModelRegistry;
let workflows: Workflows;
let serving: ServingProcess;
let worker: WorkerProcess;
const failpoints = mkdtempSync(join(tmpdir(), 'perennial-failpoints-'));

beforeAll(async () => {
  const services = inject('services');
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl);
  store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  registry = createMlflowRegistry({ trackingUri: services['MLFLOW_TRACKING_URI']!, clock: { now: () => new Date() } });
  workflows = createTemporalWorkflows({ address: services['TEMPORAL_ADDRESS']!, namespace: 'default' });
  const environment = { ...services, DATABASE_URL: fresh.databaseUrl, PERENNIAL_CACHE_DIR: '/tmp/perennial-test-cache', PERENNIAL_FAILPOINTS: failpoints };
  worker = keepWorker(environment);
  serving = await startServing(environment);
});
afterAll(async () => {
  await Promise.all([worker?.stop(), serving?.end('SIGTERM'), workflows?.close()]);
  await database?.$disconnect();
  await fresh?.drop();
  rmSync(failpoints, { recursive: true, force: true });
});

/** A champion and a challenger, both in the store and in MLflow. */
async function contested(challenger: Partial<Head> = {}) {
  const project = await makeProject(database, policy);
  const { bytes, preprocessing } = adaptModel(bytesOf(smallModel({ side: 16 })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' });
  const digest = weightsDigest(bytes);
  const model = { head, weightsDigest: digest, preprocessing, backboneKey: `backbones/${digest}.onnx` };
  await store.put(model.backboneKey, bytes);
  const championId = await promoteHead({ database, store }, project, { ...model, number: 1 });
  const challengerId = await storeVersion({ database, store }, project, { ...model, head: { ...head, ...challenger }, number: 2 });
  const name = registeredModelOf(project.slug);
  await registry.ensureModel(name);
  for (const [at, id] of [championId, challengerId].entries()) {
    const { runId } = await registry.startRun({ experiment: name, name: `${at}`, tags: {}, startedAt: new Date() });
    const { version } = await registry.registerVersion({ model: name, runId, key: id, onnx: bytes, input: { name: 'x', shape: [-1, 3, 16, 16] }, outputs: [{ name: 'y', shape: [-1, 3] }], tags: {} });
    await database.modelVersion.update({ where: { id }, data: { mlflowVersion: version } });
  }
  return { project, championId, challengerId, name };
}
const setOut = async ({ project, championId, challengerId }: Contested, key: string) => {
  const challenge = await createChallengeRepository(database).open({ projectId: project.id, challengerId, championId, kind: 'road', gateReportId: null, startedBy: 'gate', key });
  await workflows.startRoad(project.id, challenge.id);
  return challenge;
};
type Contested = Awaited<ReturnType<typeof contested>>;

/** What each of the three says of the champion, and where the challenge stands. */
async function told({ project, name }: Contested, challengeId: string) {
  const challenges = createChallengeRepository(database);
  const [champion, alias, states, steps] = await Promise.all([createModelRepository(database).champion(project.id), registry.aliasOf(name, 'champion'), database.servingState.findMany({ where: { projectId: project.id } }), challenges.steps(challengeId)]);
  return { records: champion?.id, registry: alias === champion?.mlflowVersion ? champion?.id : alias, serving: states.map(({ modelVersionId }) => modelVersionId), stage: steps.at(-1)?.stage };
}

async function until(what: string, holds: () => Promise<boolean>, ms: number): Promise<number> {
  const from = performance.now();
  while (performance.now() - from < ms) {
    if (await holds()) return performance.now() - from;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`${what} was not so within ${ms} ms`);
}

describe('F58 a switch of the champion', () => {
  it('is answered with within two seconds of its row, there and back, and no request is lost', async () => {
    const world = await contested();
    const { project, championId, challengerId } = world;
    const picture = await draw(40, 40).png().toBuffer();
    let posting = true;
    const answers: { status: number; version: string; at: number }[] = [];
    const post = async (): Promise<void> => {
      for (let at = 0; posting; at += 1) {
        const response = await fetch(`${serving.url}/v1/projects/${project.slug}/predictions`, { method: 'POST', headers: { 'x-api-key': project.secret, 'idempotency-key': uuidv7(), 'content-type': 'image/png' }, body: new Uint8Array(picture) });
        const body = (await response.json()) as { modelVersion?: { id: string } };
        answers.push({ status: response.status, version: body.modelVersion?.id ?? '', at: performance.now() });
      }
    };
    const posters = [post(), post()];
    const records = createModelRepository(database);
    const first = async (id: string): Promise<number> => {
      const [from, began] = [performance.now(), answers.length];
      await until(`an answer by ${id}`, async () => answers.slice(began).some(({ version }) => version === id), 10_000);
      return (answers.slice(began).find(({ version }) => version === id)?.at ?? Infinity) - from;
    };
    await until('answers', async () => answers.length > 5, 20_000);
    const switched: number[] = [];
    for (let at = 0; at < 5; at += 1) {
      const [fromId, toId] = at % 2 === 0 ? [championId, challengerId] : [challengerId, championId];
      await records.promote({ projectId: project.id, kind: at % 2 === 0 ? 'promotion' : 'rollback', fromId, toId, gateReportId: null, onCannotTell: false, reason: 'test', decidedBy: 'test', key: `switch-${at}`, eventDay: '2026-01-01' });
      switched.push(await first(toId));
    }
    posting = false;
    await Promise.all(posters);
    const sorted = switched.toSorted((a, b) => a - b);
    console.log(`switch: median ${Math.round(sorted[2] as number)} ms, most ${Math.round(sorted.at(-1) as number)} ms of ${switched.length}, ${answers.length} requests, ${answers.filter(({ status }) => status !== 200).length} lost`);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    // The median: a machine that does much else at the moment says nothing about one of them.
    expect(sorted[2]).toBeLessThanOrEqual(2_000);
    const drill = await workflows.drillNow({ projectId: project.id, startedBy: 'test', key: 'drill' });
    console.log(`drill: ${drill.why}`);
    expect(drill).toMatchObject({ outcome: 'done' });
    expect((await createModelRepository(database).champion(project.id))?.id).toBe(challengerId);
    expect((await database.promotion.count({ where: { projectId: project.id } }))).toBe(6);
  }, 120_000);
  it('a challenger that answers with no number is off the road within seconds, by one fault', async () => {
    const world = await contested({ bias: new Float32Array([Number.NaN, 0]) });
    const from = performance.now();
    const challenge = await setOut(world, 'nan');
    await until('the road ends', async () => (await told(world, challenge.id)).stage === 'aborted', 30_000);
    console.log(`off the road after ${Math.round(performance.now() - from)} ms`);
    const steps = await createChallengeRepository(database).steps(challenge.id);
    expect(steps.at(-1)).toMatchObject({ stage: 'aborted', decidedBy: 'gate', reason: expect.stringMatching(/^MODEL_/) as string });
    expect((await told(world, challenge.id)).records).toBe(world.championId);
  }, 60_000);
});

describe('F59 a worker that is killed at a step of promoting and of going back', () => {
  it(`leaves registry, records and serving agreeing within 30 s (${cycles.length * 2} kills of ${onTheWayThere.length * 2})`, async () => {
    onTestFailed(() => { console.log(worker.output().split('\n').slice(-20).join('\n'), serving.output().split('\n').slice(-5).join('\n')); });
    const world = await contested();
    const { project, championId, challengerId } = world;
    const challenges = createChallengeRepository(database);
    const act = (challengeId: string, what: 'approve' | 'roll_back') => workflows.actOnRoad(project.id, challengeId, { act: what, by: 'Ada', reason: 'test', key: uuidv7() }).catch(() => null);
    const table: object[] = [];
    const killAt = async (failpoint: string, challengeId: string, what: 'approve' | 'roll_back', expected: { id: string; stage: string }): Promise<void> => {
      const starts = worker.starts();
      writeFileSync(join(failpoints, failpoint), '');
      const acted = act(challengeId, what);
      await until(`a kill at ${failpoint}`, async () => worker.starts() > starts, 40_000);
      const ms = await until(`${what} killed at ${failpoint}: ${JSON.stringify(expected)}`, async () => {
        const { records, registry: alias, serving: served, stage } = await told(world, challengeId);
        return records === expected.id && alias === expected.id && served.length > 0 && served.every((id) => id === expected.id) && stage === expected.stage;
      }, agreeWithinMs).catch(async (error: unknown) => { throw new Error(`${String(error)}; told: ${JSON.stringify(await told(world, challengeId))}`); });
      table.push({ act: what, 'killed at': failpoint, 'agree after ms': Math.round(ms) });
      await acted;
    };
    for (const { there, back } of cycles) {
      const challenge = await setOut(world, there);
      await until('the challenger is in shadow', async () => (await told(world, challenge.id)).stage === 'shadow', 30_000);
      await killAt(there, challenge.id, 'approve', { id: challengerId, stage: 'bake' });
      await killAt(back, challenge.id, 'roll_back', { id: championId, stage: 'rolled_back' });
      await clearChallenger({ challenges, alerts: createAlertRepository(database) }, challenge, { by: 'Ada', reason: 'the next kill' });
    }
    console.table(table);
    const promotions = await database.promotion.findMany({ where: { projectId: project.id }, orderBy: { sequence: 'asc' } });
    expect(promotions.map(({ kind }) => kind), 'each act moved the champion once').toEqual(['first', ...cycles.flatMap(() => ['promotion', 'rollback'])]);
  }, 120_000 + cycles.length * 150_000);
});
