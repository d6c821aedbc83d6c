import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createHeadTrainer } from '../../activities/head-trainer.ts';
import { createRunReport } from '../../activities/run-report.ts';
import { createRunPlots } from '../../adapters/images/run-plots.ts';
import { draw } from '../../adapters/images/testing/pictures.ts';
import { adaptModel } from '../../adapters/onnx/adapt-model.ts';
import { readModelMetadata } from '../../adapters/onnx/head-model.ts';
import { createOnnxMatrixProducts } from '../../adapters/onnx/matrix-products.ts';
import { modelFiles } from '../../adapters/onnx/model-files.ts';
import { bytesOf, smallModel } from '../../adapters/onnx/testing/small-models.ts';
import { createImportRepository } from '../../adapters/postgres/import-repository.ts';
import { createArrivalWindows } from '../../adapters/postgres/arrival-windows.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createReviewRepository } from '../../adapters/postgres/review-repository.ts';
import { createServedProjectRepository } from '../../adapters/postgres/served-project-repository.ts';
import { buildDatasetVersions, buildEmbeddingFiller, buildEmbeddingReader, buildFreezing } from '../../bin/composition/models.ts';
import { importModelReplySchema } from '../../contracts/models.ts';
import { predictionSchema } from '../../contracts/predictions.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import { createMemoryModelRegistry } from '../../testing/fakes/memory-model-registry.ts';
import { bytesOfGood, goodModels, type GoodModel } from '../../testing/import-fixtures.ts';
import { createImportWorld } from '../../testing/import-world.ts';
import { type ServingProcess, startServing } from '../../testing/serving-process.ts';
import type { ApiWorld } from '../../testing/api-world.ts';
import { createBackboneSource } from './backbone-source.ts';
import { judgeChallenger } from './judge-challenger.ts';
import { promoteVersion } from './promote-version.ts';
import { registerImports } from './register-import.ts';
import { trainVersion } from './train-version.ts';

let world: ApiWorld;
let store: ObjectStore;
let serving: ServingProcess;
let admin: string;
const folder = mkdtempSync(join(tmpdir(), 'perennial-retrain-'));
const clock = { now: () => new Date() };
const classNames = ['badger', 'fox', 'hare'];
/** The default backbone of this test: another small network, with pictures of another size. */
const standard = adaptModel(bytesOf(smallModel({ side: 24, classes: 5 })), { classNames: ['a', 'b', 'c', 'd', 'e'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'stretch' });

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
  fetch(`${serving.url}/v1/projects/${slug}/${path}`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${admin}`, 'content-type': 'image/png', 'idempotency-key': `retrain-${keys += 1}` } });
async function arrive(slug: string, path: string, from: number, to: number): Promise<string[]> {
  const hashes: string[] = [];
  for (let at = from; at < to; at += 1) {
    const bytes = await picture(at);
    const answer = await post(slug, path, bytes);
    if (!answer.ok) throw new Error(await answer.text());
    hashes.push(modelFiles.sha256(bytes));
  }
  return hashes;
}
async function bring(slug: string, good: GoodModel) {
  const { classNames: classes, ...about } = good.specification;
  const answer = await world.call('post', `/v1/projects/${slug}/models`).set('x-api-key', admin).set('Idempotency-Key', 'bring').field('about', JSON.stringify({ ...about, classes })).attach('model', Buffer.from(bytesOfGood(good)), 'm');
  return importModelReplySchema.parse(answer.body);
}

/** What the worker's steps use, over this test's database and store. */
function buildSteps() {
  const { database } = world;
  const records = createModelRepository(database);
  const served = createServedProjectRepository(database);
  const datasets = buildDatasetVersions(buildFreezing(database, store));
  const embeddings = buildEmbeddingReader(database, store, join(folder, 'worker'));
  const classes = async (projectId: string) => { const project = await served.byId(projectId); return { id: project.classSetId, classes: project.classes }; };
  const shared = { records, datasets, embeddings, files: modelFiles, store, clock, classes };
  return {
    ...shared, registry: createMemoryModelRegistry(), filler: buildEmbeddingFiller(database, store, { cacheDir: join(folder, 'worker'), threads: 1 }), report: createRunReport(createRunPlots()),
    backbones: createBackboneSource({ store, files: modelFiles, readNamed: async () => null, readDefault: async () => standard.bytes }), policy: async () => defaultPolicy,
    trainer: createHeadTrainer({ products: createOnnxMatrixProducts({ threads: 1 }), now: () => performance.now() }), arrivals: createArrivalWindows(database), servingFollows: async () => true,
  };
}

async function retrain(slug: string, projectId: string, hashes: readonly string[]) {
  const steps = buildSteps();
  await createReviewRepository(world.database).importLabels({ projectId, by: 'test', labels: hashes.map((sha256, at) => ({ sha256, classId: at % 3, group: null })) });
  const frozen = await steps.datasets.freeze({ projectId, reason: 'test', key: 'freeze', by: 'test' });
  const said: string[] = [];
  const { version } = await trainVersion(steps, { projectId, projectSlug: slug, kind: 'light', datasetVersionId: frozen.versionId!, reason: 'test', key: 'train', workflowRunId: null, onProgress: (line) => said.push(line) });
  const judgement = await judgeChallenger(steps, { projectId, challengerId: version!.id, key: 'judge' });
  await promoteVersion(steps, { projectId, toId: version!.id, gateReportId: judgement.report.id, onCannotTell: false, reason: 'test', decidedBy: 'test', key: 'promote' });
  const run = await world.database.run.findUniqueOrThrow({ where: { id: version!.runId! } });
  return { steps, version: version!, judgement, said, images: (run.parameters as { images: number }).images };
}

async function project(slug: string): Promise<string> {
  return (await world.call('post', '/v1/projects').set('x-api-key', admin).send({ slug, name: slug, classes: classNames })).body.id as string;
}
/** Serving follows a promotion within a second. */
async function answeredBy(slug: string, versionId: string) {
  for (let tries = 0; ; tries += 1) {
    const prediction = predictionSchema.parse(await (await post(slug, 'predictions', await picture(300 + tries))).json());
    if (prediction.modelVersion.id === versionId || tries > 20) return prediction;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
}

describe('a light retrain after a model was brought in', { timeout: 180_000 }, () => {
  it('fits a new last layer on the model’s own features, also on images that came before it', async () => {
    const id = await project('own-features');
    const before = await arrive('own-features', 'images', 0, 24);
    const imported = await bring('own-features', goodModels[0]!);
    const after = await arrive('own-features', 'predictions', 24, 60);
    const { version, judgement, said, steps, images } = await retrain('own-features', id, [...before, ...after]);
    const first = await steps.records.versionById(imported.version.id);
    expect([version.kind, version.backboneKey, version.backboneDigest]).toEqual(['light', first!.backboneKey, first!.backboneDigest]);
    expect(said).toContain('embedding images that another model saw before: 0 of 24');
    const rows = await steps.datasets.rows(id, version.datasetVersionId!);
    expect(images).toBe(rows.filter(({ split }) => split !== 'test').length);
    expect((await steps.embeddings.load(id, rows.map(({ imageId }) => imageId), version.backboneDigest!, version.preprocessingDigest!)).size).toBe(60);
    expect(judgement.report.championId).toBe(imported.version.id);
    const prediction = await answeredBy('own-features', version.id);
    expect(prediction.modelVersion).toMatchObject({ id: version.id, kind: 'light' });
    // Each drawn class has a colour of its own: what was fitted tells them apart.
    const right = await Promise.all(Array.from({ length: 12 }, async (_, at) => predictionSchema.parse(await (await post('own-features', 'predictions', await picture(120 + at))).json()).top.classId === (120 + at) % 3));
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(11);
    expect(readModelMetadata(await store.get(version.artifactKey!))).toMatchObject({ classNames, normalise: 'l2' });
  });

  it('starts from the default backbone where the model has no features, and both meet at the gate', async () => {
    const id = await project('no-features');
    const good = goodModels.find(({ embedding }) => embedding === 'logits')!;
    const imported = await bring('no-features', good);
    expect(imported.embedding).toBe('logits');
    const hashes = await arrive('no-features', 'predictions', 0, 60);
    const { version, judgement, steps } = await retrain('no-features', id, hashes);
    expect([version.backboneDigest, version.dimensions]).toEqual([modelFiles.facts(standard.bytes).weightsDigest, 8]);
    const first = (await steps.records.versionById(imported.version.id))!;
    const held = (await steps.datasets.rows(id, version.datasetVersionId!)).filter(({ split }) => split === 'test').map(({ imageId }) => imageId);
    expect(held.length).toBeGreaterThan(0);
    for (const { backboneDigest, preprocessingDigest } of [first, version]) expect((await steps.embeddings.load(id, held, backboneDigest!, preprocessingDigest!)).size).toBe(held.length);
    expect(judgement.report).toMatchObject({ championId: imported.version.id, challengerId: version.id });
    expect((await answeredBy('no-features', version.id)).modelVersion.kind).toBe('light');
  });

  it('the registry hears of an imported version from the worker, once; one that it does not take waits', async () => {
    const id = await project('told');
    const { version } = await bring('told', goodModels[3]!);
    const { database } = world;
    const registry = createMemoryModelRegistry();
    const deps = { imports: createImportRepository(database), registry, store, clock };
    const down = { ...registry, registerVersion: async () => { throw new Error('down'); } };
    await expect(registerImports({ ...deps, registry: down })).rejects.toThrow('down');
    expect(await database.modelVersion.findUniqueOrThrow({ where: { id: version.id } })).toMatchObject({ mlflowVersion: null });
    expect(await registerImports(deps)).toBe(3);
    expect(await registerImports(deps)).toBe(0);
    const model = registry.models.get('perennial-told')!;
    expect(model.versions).toHaveLength(1);
    const row = await database.modelVersion.findUniqueOrThrow({ where: { id: version.id } });
    const run = await database.run.findUniqueOrThrow({ where: { id: row.runId! } });
    expect([row.mlflowVersion, run.mlflowRunId]).toEqual(['1', model.versions[0]!.runId]);
    expect(registry.runs.get(run.mlflowRunId!)).toMatchObject({ status: 'FINISHED', parameters: { colourOrder: 'bgr', resizeMode: 'letterbox' }, tags: { 'perennial.kind': 'imported' } });
    expect(modelFiles.sha256(model.versions[0]!.onnx)).toBe(row.artifactSha256);
    expect(await database.promotion.count({ where: { projectId: id } })).toBe(1);
    await expect(database.modelVersion.update({ where: { id: version.id }, data: { number: 9 } })).rejects.toThrow();
  });
});
