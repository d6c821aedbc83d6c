import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createHeadTrainer } from '../../activities/head-trainer.ts';
import { createSharpReader } from '../../adapters/images/sharp-reader.ts';
import { draw } from '../../adapters/images/testing/pictures.ts';
import { adaptModel } from '../../adapters/onnx/adapt-model.ts';
import { createOnnxMatrixProducts } from '../../adapters/onnx/matrix-products.ts';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { floatTensor } from '../../adapters/onnx/model-file.ts';
import { bytesOf, randomValues, smallModel } from '../../adapters/onnx/testing/small-models.ts';
import { createArrivalWindows } from '../../adapters/postgres/arrival-windows.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createReviewRepository } from '../../adapters/postgres/review-repository.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { createViewRepository } from '../../adapters/postgres/view-repository.ts';
import { buildDatasetVersions, buildEmbeddingFiller, buildEmbeddingReader, buildFreezing } from '../../bin/composition/models.ts';
import { predictionSchema } from '../../contracts/predictions.ts';
import { fullOptionsSchema } from '../../contracts/training.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import { createMemoryModelRegistry } from '../../testing/fakes/memory-model-registry.ts';
import { createImportWorld } from '../../testing/import-world.ts';
import { type ServingProcess, startServing } from '../../testing/serving-process.ts';
import type { ApiWorld } from '../../testing/api-world.ts';
import { createBackboneSource } from './backbone-source.ts';
import { judgeChallenger } from './judge-challenger.ts';
import { createModelInputViews } from './model-input-views.ts';
import { prepareFull } from './prepare-full.ts';
import { promoteVersion } from './promote-version.ts';
import { registerFull } from './register-full.ts';
import { trainVersion } from './train-version.ts';

let world: ApiWorld;
let store: ObjectStore;
let serving: ServingProcess;
let admin: string;
const folder = mkdtempSync(join(tmpdir(), 'perennial-full-'));
const classNames = ['badger', 'fox', 'hare'];
const preprocessing = { colourOrder: 'rgb' as const, range: '0-1' as const, mean: [0, 0, 0] as [number, number, number], std: [1, 1, 1] as [number, number, number], resizeMode: 'stretch' as const };
const standard = adaptModel(bytesOf(smallModel({ side: 24, classes: 5 })), { classNames: ['a', 'b', 'c', 'd', 'e'], ...preprocessing });
/** What the trainer of this test "learnt": a network with other weights. */
const learnt = (() => {
  const model = smallModel({ side: 24, classes: 5 });
  model.graph.initializer = model.graph.initializer.map((each) => (each.name === 'conv.weight' ? floatTensor('conv.weight', [8, 3, 3, 3], randomValues(216, 77)) : each));
  return adaptModel(bytesOf(model), { classNames: ['a', 'b', 'c', 'd', 'e'], ...preprocessing });
})();

beforeAll(async () => {
  const services = inject('services');
  writeFileSync(join(folder, 'backbone.onnx'), standard.bytes);
  ({ world, store } = await createImportWorld(services));
  admin = (await world.key('admin', null)).secret;
  serving = await startServing({ ...services, DATABASE_URL: world.fresh.databaseUrl, PERENNIAL_CACHE_DIR: join(folder, 'serving'), BACKBONE_FILE: join(folder, 'backbone.onnx') });
});
afterAll(async () => {
  await serving?.end('SIGTERM');
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

const tints = [{ r: 250, g: 40, b: 40 }, { r: 40, g: 250, b: 40 }, { r: 40, g: 40, b: 250 }];
const picture = (at: number): Promise<Buffer> => draw(64 + at, 48).tint(tints[at % 3]!).png().toBuffer();
let keys = 0;
const post = (slug: string, path: string, bytes: Uint8Array) =>
  fetch(`${serving.url}/v1/projects/${slug}/${path}`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${admin}`, 'content-type': 'image/png', 'idempotency-key': `full-${keys += 1}` } });

function buildSteps() {
  const { database } = world;
  const served = createServedProjectRepository(database);
  const registry = createMemoryModelRegistry();
  const images = createSharpReader();
  return {
    records: createModelRepository(database), datasets: buildDatasetVersions(buildFreezing(database, store)), embeddings: buildEmbeddingReader(database, store, join(folder, 'worker')),
    classes: async (projectId: string) => { const project = await served.byId(projectId); return { id: project.classSetId, classes: project.classes }; },
    files: modelFiles, store, clock: { now: () => new Date() }, registry, filler: buildEmbeddingFiller(database, store, { cacheDir: join(folder, 'worker'), threads: 1 }), report: async () => [],
    backbones: createBackboneSource({ store, files: modelFiles, readNamed: async () => null, readDefault: async () => standard.bytes }), policy: async () => defaultPolicy,
    trainer: createHeadTrainer({ products: createOnnxMatrixProducts({ threads: 1 }), now: () => performance.now() }), arrivals: createArrivalWindows(database), servingFollows: async () => true,
    views: createModelInputViews({ records: createViewRepository(database), store, images, sha256: modelFiles.sha256 }),
  };
}

/** A project whose images have labels, frozen. */
async function labelled(slug: string, count: number) {
  const projectId = (await world.call('post', '/v1/projects').set('x-api-key', admin).send({ slug, name: slug, classes: classNames })).body.id as string;
  const labels = [];
  for (let at = 0; at < count; at += 1) {
    const bytes = await picture(at);
    expect((await post(slug, 'images', bytes)).ok).toBe(true);
    labels.push({ sha256: modelFiles.sha256(bytes), classId: at % 3, group: null });
  }
  await createReviewRepository(world.database).importLabels({ projectId, by: 'test', labels });
  const steps = buildSteps();
  const { versionId } = await steps.datasets.freeze({ projectId, reason: 'test', key: 'freeze', by: 'test' });
  return { projectId, steps, datasetVersionId: versionId! };
}
const text = async (key: string): Promise<string> => new TextDecoder().decode(await store.get(key));
const asked = (projectId: string, datasetVersionId: string, options: object = {}) =>
  ({ projectId, datasetVersionId, reason: 'test', key: 'full', options: fullOptionsSchema.parse(options), workflowRunId: null, onProgress: () => undefined });

/** A trainer by the contract: reads the job and its pictures, leaves a network without a head. */
async function train(jobKey: string, model: Uint8Array, change: (result: Record<string, unknown>) => object = (result) => result): Promise<string> {
  const job = JSON.parse(await text(jobKey)) as { output: string; candidates: { backbone: string; manifest: string }[] };
  const [head, ...rows] = (await text(job.candidates[0]!.manifest)).trim().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  expect(head).toMatchObject({ kind: 'training-manifest', version: 1, preprocessing: { width: 24, height: 24 }, classes: classNames.map((name) => ({ name, missCost: 1 })) });
  for (const row of rows) {
    const view = await store.get(row['view']!);
    expect(modelFiles.sha256(view)).toBe(row['sha256']);
    expect(await sharp(view).metadata()).toMatchObject({ width: 24, height: 24, format: 'png' });
  }
  await store.put(`${job.output}/network.onnx`, model);
  const result = { kind: 'training-result', version: 1, model: `${job.output}/network.onnx`, sha256: modelFiles.sha256(model), head: null, winner: 'mine', metrics: { validation_accuracy: 0.9 }, history: [{ loss: 1 }, { loss: 0.5 }], seconds: 3 };
  await store.put(`${job.output}/result.json`, new TextEncoder().encode(JSON.stringify(change(result))));
  return `${job.output}/result.json`;
}

describe('a full retrain', { timeout: 240_000 }, () => {
  it('becomes a challenger with a backbone of its own, meets the champion, and serves; a light retrain goes on from it', async () => {
    const { projectId, steps, datasetVersionId } = await labelled('whole', 60);
    const first = await trainVersion(steps, { ...asked(projectId, datasetVersionId), projectSlug: 'whole', kind: 'cold_start', key: 'first' });
    await promoteVersion(steps, { projectId, toId: first.version!.id, expectFromId: null, gateReportId: null, onCannotTell: false, reason: 'test', decidedBy: 'test', key: 'p1' });
    const prepared = await prepareFull(steps, asked(projectId, datasetVersionId));
    const rows = await steps.datasets.rows(projectId, datasetVersionId);
    const manifest = await text((JSON.parse(await text(prepared.jobKey)) as { candidates: { manifest: string }[] }).candidates[0]!.manifest);
    for (const row of rows) expect(manifest.includes(row.imageId), `${row.split} ${row.imageId}`).toBe(row.split !== 'test');
    expect(await prepareFull(steps, asked(projectId, datasetVersionId)), 'a second try is the same').toEqual(prepared);
    const resultKey = await train(prepared.jobKey, learnt.bytes);
    const request = { projectId, projectSlug: 'whole', datasetVersionId, reason: 'test', key: 'full', runId: prepared.runId, resultKey, onProgress: () => undefined };
    const { version } = await registerFull(steps, request);
    expect(version).toMatchObject({ kind: 'full', runId: prepared.runId, datasetVersionId });
    expect(version!.backboneDigest).not.toBe(first.version!.backboneDigest);
    expect((await registerFull(steps, request)).version!.id, 'a second try finds the first').toBe(version!.id);
    expect((await steps.embeddings.load(projectId, rows.map(({ imageId }) => imageId), version!.backboneDigest!, version!.preprocessingDigest!)).size).toBe(60);
    const judgement = await judgeChallenger(steps, { projectId, challengerId: version!.id, key: 'judge' });
    expect(judgement.report).toMatchObject({ championId: first.version!.id, challengerId: version!.id });
    await promoteVersion(steps, { projectId, toId: version!.id, gateReportId: judgement.report.id, onCannotTell: false, reason: 'test', decidedBy: 'test', key: 'p2' });
    for (let tries = 0; tries < 30; tries += 1) {
      const prediction = predictionSchema.parse(await (await post('whole', 'predictions', await picture(100 + tries))).json());
      if (prediction.modelVersion.id === version!.id) break;
      expect(tries, 'serving follows').toBeLessThan(29);
      await new Promise((resolve) => { setTimeout(resolve, 300); });
    }
    const next = await trainVersion(steps, { ...asked(projectId, datasetVersionId), projectSlug: 'whole', kind: 'light', key: 'next' });
    expect(next.version).toMatchObject({ kind: 'light', backboneDigest: version!.backboneDigest });
  });

  it('refuses by code a result that is not what it says, and a backbone that cannot be had', async () => {
    const { projectId, steps, datasetVersionId } = await labelled('refused', 12);
    const prepared = await prepareFull(steps, asked(projectId, datasetVersionId));
    const register = (resultKey: string) => registerFull(steps, { projectId, projectSlug: 'refused', datasetVersionId, reason: 'test', key: 'full', runId: prepared.runId, resultKey, onProgress: () => undefined });
    const bad: [string, (result: Record<string, unknown>) => object][] = [
      ['hash', (result) => ({ ...result, sha256: 'a'.repeat(64) })],
      ['outside its folder', (result) => ({ ...result, model: prepared.jobKey })],
      ['does not hold together', (result) => ({ ...result, version: 2 })],
    ];
    for (const [why, change] of bad) await expect(register(await train(prepared.jobKey, learnt.bytes, change)), why).rejects.toMatchObject({ code: 'TRAINING_FAILED', message: expect.stringContaining(why) as string });
    await expect(register(await train(prepared.jobKey, new TextEncoder().encode('not a model')))).rejects.toMatchObject({ code: 'MODEL_FILE_INVALID' });
    for (const [name, words] of [['resnet50', 'timm'], ['efficientnet-lite2', 'perennial trainer install']]) {
      await expect(prepareFull(steps, { ...asked(projectId, datasetVersionId, { backbones: [name] }), key: name! })).rejects.toMatchObject({ code: 'TRAINING_INPUT_INVALID', message: expect.stringContaining(words!) as string });
    }
    expect(await steps.records.versions(projectId, 10)).toEqual([]);
  });
});
