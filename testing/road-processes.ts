import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { draw } from '../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { createMlflowRegistry } from '../adapters/mlflow/mlflow-registry.ts';
import { adaptModel } from '../adapters/onnx/adapt-model.ts';
import { bytesOf, randomValues, smallModel } from '../adapters/onnx/testing/small-models.ts';
import { weightsDigest } from '../adapters/onnx/weights-digest.ts';
import { createChallengeRepository } from '../adapters/postgres/challenge-repository.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { createReviewRepository } from '../adapters/postgres/review-repository.ts';
import { createTemporalWorkflows } from '../adapters/temporal/temporal-workflows.ts';
import { registeredModelOf } from '../application/models/register-run.ts';
import { type PredictionReply, predictionSchema } from '../contracts/predictions.ts';
import { defaultPolicy, type Policy, type RoadPolicy } from '../domain/policy.ts';
import type { Challenge } from '../domain/ports-challenges.ts';
import type { Head } from '../domain/ports.ts';
import { createFreshDatabase } from './fresh-database.ts';
import { makeProject, promoteHead, startServing, storeVersion } from './serving-process.ts';
import { ownNamespace } from './own-namespace.ts';
import { keepWorker } from './worker-process.ts';

/** Nothing happens by itself: hours that no test waits for. */
export const patientRoad: RoadPolicy = {
  stages: 'staged', approvalsWanted: 0, lookSeconds: 1, shadow: { ...defaultPolicy.road.shadow, hoursMin: 100 }, canary: { steps: [100], hoursMin: 100, hoursMax: 200, imagesMin: 50 }, bake: { hours: 100 },
};
const policyWith = (road: RoadPolicy): Policy => ({
  ...defaultPolicy, audit: { share: 0 }, flagging: { ...defaultPolicy.flagging, confidenceMin: 0, marginMin: 0, burstSeconds: 0, nearDuplicateBits: -1 }, review: { ...defaultPolicy.review, shareMax: 1, blindShare: 0 }, road,
});
export const baseHead: Head = { classIds: [0, 1], dimensions: 8, weights: randomValues(16, 1).map((value) => value * 40), bias: new Float32Array(2), temperature: 1, normalise: 'l2', centroids: null };
/** Answers the other class wherever `baseHead` is sure. */
export const oppositeHead: Head = { ...baseHead, weights: baseHead.weights.map((value) => -value) };

export async function until(what: string, holds: () => Promise<boolean>, ms: number): Promise<number> {
  const from = performance.now();
  while (performance.now() - from < ms) {
    if (await holds()) return performance.now() - from;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`${what} was not so within ${ms} ms`);
}

/** The real worker, started again whenever it dies, and the real serving, over a database of their own; MLflow and Temporal are the run's. */
export async function startRoadProcesses(services: Readonly<Record<string, string>>) {
  // The real worker listens where every real worker does: in a namespace of its own it gets nobody else's work, nor they its.
  const namespace = await ownNamespace(services['TEMPORAL_ADDRESS']!);
  const fresh = await createFreshDatabase();
  const database = createDatabase(fresh.databaseUrl);
  const store = createMinioStore({ endpoint: services['S3_ENDPOINT']!, accessKey: services['S3_ACCESS_KEY']!, secretKey: services['S3_SECRET_KEY']!, bucket: services['S3_BUCKET']! });
  const registry = createMlflowRegistry({ trackingUri: services['MLFLOW_TRACKING_URI']!, clock: { now: () => new Date() } });
  const workflows = createTemporalWorkflows({ address: services['TEMPORAL_ADDRESS']!, namespace });
  const failpoints = mkdtempSync(join(tmpdir(), 'perennial-failpoints-'));
  const environment = { ...services, DATABASE_URL: fresh.databaseUrl, TEMPORAL_NAMESPACE: namespace, PERENNIAL_CACHE_DIR: '/tmp/perennial-test-cache', PERENNIAL_FAILPOINTS: failpoints };
  const worker = keepWorker(environment);
  const serving = await startServing(environment);
  const [challenges, records, reviews] = [createChallengeRepository(database), createModelRepository(database), createReviewRepository(database)];

  /** A champion and a challenger, both in the store and in MLflow. */
  async function contested(challenger: Head = baseHead, road: RoadPolicy = patientRoad) {
    const policy = policyWith(road);
    const project = await makeProject(database, policy);
    const { bytes, preprocessing } = adaptModel(bytesOf(smallModel({ side: 16 })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' });
    const digest = weightsDigest(bytes);
    const model = { weightsDigest: digest, preprocessing, backboneKey: `backbones/${digest}.onnx` };
    await store.put(model.backboneKey, bytes);
    const championId = await promoteHead({ database, store }, project, { ...model, head: baseHead, number: 1 });
    const challengerId = await storeVersion({ database, store }, project, { ...model, head: challenger, number: 2 });
    const name = registeredModelOf(project.slug);
    await registry.ensureModel(name);
    for (const [at, id] of [championId, challengerId].entries()) {
      const { runId } = await registry.startRun({ experiment: name, name: `${at}`, tags: {}, startedAt: new Date() });
      const { version } = await registry.registerVersion({ model: name, runId, key: id, onnx: bytes, input: { name: 'x', shape: [-1, 3, 16, 16] }, outputs: [{ name: 'y', shape: [-1, 3] }], tags: {} });
      await database.modelVersion.update({ where: { id }, data: { mlflowVersion: version } });
    }
    const policyVersionId = (await database.policyVersion.findFirstOrThrow({ where: { projectId: project.id } })).id;
    let pictures = 0;
    return {
      project, championId, challengerId,
      async setOut(key: string): Promise<Challenge> {
        const challenge = await challenges.open({ projectId: project.id, challengerId, championId, kind: 'road', gateReportId: null, startedBy: 'gate', key });
        await workflows.startRoad(project.id, challenge.id);
        return challenge;
      },
      act: (challengeId: string, act: 'approve' | 'hold' | 'abort' | 'roll_back') => workflows.actOnRoad(project.id, challengeId, { act, by: 'Ada', reason: 'test', key: uuidv7() }).catch(() => null),
      /** What each of the three says of the champion, and where the challenge stands. */
      async told(challengeId: string) {
        const [champion, alias, states, steps] = await Promise.all([records.champion(project.id), registry.aliasOf(name, 'champion'), database.servingState.findMany({ where: { projectId: project.id } }), challenges.steps(challengeId)]);
        return { records: champion?.id, registry: alias === champion?.mlflowVersion ? champion?.id : alias, serving: states.map(({ modelVersionId }) => modelVersionId), stage: steps.at(-1)?.stage, reason: steps.at(-1)?.reason };
      },
      /** One picture that nobody has seen, from a camera of its own. */
      async post(): Promise<{ status: number; answer: PredictionReply | null }> {
        pictures += 1;
        const picture = await draw(40 + (pictures % 40), 40 + Math.floor(pictures / 40)).png().toBuffer();
        const response = await fetch(`${serving.url}/v1/projects/${project.slug}/predictions?camera=c${pictures}`, { method: 'POST', headers: { 'x-api-key': project.secret, 'idempotency-key': uuidv7(), 'content-type': 'image/png' }, body: new Uint8Array(picture) });
        const body: unknown = await response.json();
        return { status: response.status, answer: response.ok ? predictionSchema.parse(body) : null };
      },
      /** People answer, blind, everything that waits: that the named model is right. @returns how many */
      async review(rightId: string): Promise<number> {
        const { roundId } = await reviews.collectRound({ projectId: project.id, reason: 'test', key: uuidv7(), policy, policyVersionId });
        let answered = 0;
        for (let items = roundId === null ? [] : await reviews.claim({ projectId: project.id, userId: 'ada', count: 20, leaseSeconds: 60 }); items.length > 0; items = await reviews.claim({ projectId: project.id, userId: 'ada', count: 20, leaseSeconds: 60 })) {
          for (const { id: itemId, fence, blind, imageId } of items) {
            if (!blind) throw new Error('an item of the road is not blind');
            const prediction = await database.prediction.findFirstOrThrow({ where: { projectId: project.id, imageId } });
            const right = prediction.modelVersionId === rightId ? prediction.topClassId : 1 - prediction.topClassId;
            await reviews.annotate({ projectId: project.id, itemId, userId: 'ada', key: uuidv7(), fence, kind: 'class', classId: right, comment: null, leadTimeMs: null });
            answered += 1;
          }
        }
        return answered;
      },
    };
  }
  return {
    database, records, challenges, workflows, serving, worker, contested,
    /** The worker kills itself there, once. */
    arm: (failpoint: string): void => { writeFileSync(join(failpoints, failpoint), ''); },
    async stop(): Promise<void> {
      await Promise.all([worker.stop(), serving.end('SIGTERM'), workflows.close()]);
      await database.$disconnect();
      await fresh.drop();
      rmSync(failpoints, { recursive: true, force: true });
    },
  };
}
