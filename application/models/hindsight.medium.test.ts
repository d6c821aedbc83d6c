import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmbeddingBlocks } from '../../adapters/embeddings/embedding-store.ts';
import { createHeadProducts } from '../../adapters/onnx/head-products.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createStoredAnswers } from '../../adapters/postgres/stored-answers.ts';
import { decodeHead, encodeHead } from '../../domain/head-file.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { createReviewWorld, type ReviewWorld } from '../../testing/review-world.ts';
import { hindsight, type HindsightDependencies } from './hindsight.ts';

let world: ReviewWorld;
let cacheDir: string;
beforeAll(async () => {
  world = await createReviewWorld();
  cacheDir = await mkdtemp(join(tmpdir(), 'hindsight-'));
});
afterAll(async () => {
  await world.close();
  await rm(cacheDir, { recursive: true, force: true });
});

/**
 * Thirty predictions of class 1 (twenty flagged, ten of the audit sample, which are settled as class 2), and version 8 with
 * a head on two numbers that answers class 2 where the second number is the larger. One image has no embedding.
 */
async function scene() {
  const project = await world.project();
  const store = createMemoryObjectStore();
  const [flagged, audited] = [await project.flagged(20), await project.flagged(10, { purpose: 'audit' })];
  const embedded = [...flagged.slice(1), ...audited];
  const { projectId } = project;
  const blocks = createEmbeddingBlocks({ store, cacheDir });
  const blockId = uuidv7();
  // The audited images point towards class 2, the others towards class 1.
  await blocks.write(blockId, embedded.map((each) => (audited.includes(each) ? Float32Array.of(0, 1) : Float32Array.of(1, 0))));
  await world.database.embeddingBlock.create({ data: { id: blockId, projectId, objectKey: blockId, rows: embedded.length, dimensions: 2, sha256: '', weightsDigest: 'w', preprocessingDigest: 'p' } });
  await world.database.imageEmbedding.createMany({ data: embedded.map(({ imageId }, offset) => ({ imageId, weightsDigest: 'w', preprocessingDigest: 'p', projectId, blockId, offset })) });
  await world.database.label.createMany({ data: audited.map(({ imageId }) => ({ id: uuidv7(), projectId, imageId, kind: 'class', classId: 2, source: 'review', audit: true, createdBy: 'ann' })) });
  const head = { classIds: [0, 1, 2], dimensions: 2, weights: Float32Array.of(0, 0, 8, 0, 0, 8), bias: new Float32Array(3), temperature: 1, normalise: 'none' as const, centroids: null };
  await store.put('head', encodeHead(head));
  await world.database.modelVersion.create({ data: { id: uuidv7(), projectId, number: 8, kind: 'light', key: 'k8', classSetId: project.classSetId, headKey: 'head', backboneDigest: 'w', preprocessingDigest: 'p' } });
  const deps: HindsightDependencies = {
    records: createModelRepository(world.database), stored: createStoredAnswers(world.database), store, files: { decodeHead }, readInto: blocks.readInto, bindHead: createHeadProducts(1), policy: async () => defaultPolicy,
  };
  return { projectId, deps };
}

it('puts a version to what came already, by the settled class of the audit sample, and leaves out what it cannot see', async () => {
  const { projectId, deps } = await scene();
  const reply = await hindsight(deps, { projectId, number: 8, flagging: {}, imagesMax: 100_000 });
  expect(reply).toMatchObject({ version: 8, notEmbedded: 1, weeks: [{ images: 29 }], cameras: [{ camera: null, images: 29 }] });
  expect(reply.all).toMatchObject({ images: 29, changed: 10, was: { flagged: 19, audited: { right: 0, of: 10 } }, wouldBe: { flagged: 0, audited: { right: 10, of: 10 } } });
  expect(reply.all.was.expectedCost).toBeCloseTo(0.3, 6);
  expect(reply.all.wouldBe.expectedCost).toBeLessThan(0.01);
});

it('puts other thresholds to them, and looks no further back than asked', async () => {
  const { projectId, deps } = await scene();
  const strict = await hindsight(deps, { projectId, number: 8, flagging: { confidenceMin: 0.9999 }, imagesMax: 100_000 });
  expect(strict.all.wouldBe.flagged).toBe(29);
  const few = await hindsight(deps, { projectId, number: 8, flagging: {}, imagesMax: 12 });
  expect(few.all.images).toBe(12);
});

it('refuses a version that is not there', async () => {
  const { projectId, deps } = await scene();
  await expect(hindsight(deps, { projectId, number: 99, flagging: {}, imagesMax: 10 })).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
  await expect(hindsight(deps, { projectId, number: null, flagging: {}, imagesMax: 10 })).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
});
