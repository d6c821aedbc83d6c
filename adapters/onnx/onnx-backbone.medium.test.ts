import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { composeModel } from './head-model.ts';
import { inspectModel } from './inspect-model.ts';
import { tryModelInChild } from './loading-child.ts';
import { createOnnxBackbone } from './onnx-backbone.ts';
import { randomValues } from './testing/small-models.ts';
import { weightsDigest } from './weights-digest.ts';

const path = process.env['PERENNIAL_BACKBONE'];

describe.skipIf(path === undefined || !existsSync(path))('the default backbone (needs PERENNIAL_BACKBONE, the path of its file; skipped without)', () => {
  const bytes = () => new Uint8Array(readFileSync(path!));
  const head = {
    classIds: [0, 1], dimensions: 1280, weights: randomValues(2560, 1), bias: new Float32Array(2), temperature: 1, normalise: 'l2' as const, centroids: null,
  };

  it('has the digest that the Python side prints, and its preprocessing', async () => {
    const backbone = await createOnnxBackbone(bytes(), { threads: 1 });
    expect(backbone.weightsDigest).toBe('b88bf2adfeae75d9a9f01062240b1a443dcfa1adea9d1670cbb425935419b414');
    expect(backbone).toMatchObject({ dimensions: 1280, preprocessing: defaultPreprocessing });
    await backbone.close();
  });

  it('F60: batches of 1 to 32, and a session started again, give the same within 1e-5', async () => {
    const images = Array.from({ length: 32 }, (_, at) => randomValues(3 * 224 * 224, at + 1));
    const first = await createOnnxBackbone(bytes(), { threads: 1 });
    const reference: Float32Array[] = [];
    for (const image of images) reference.push((await first.run([image]))[0]!.embedding);
    await first.close();
    const again = await createOnnxBackbone(bytes(), { threads: 2 });
    for (const size of [1, 2, 7, 16, 32]) {
      const answers = await again.run(images.slice(0, size));
      const worst = Math.max(...answers.map(({ embedding }, at) => embedding.reduce((most, value, place) => Math.max(most, Math.abs(value - reference[at]![place]!)), 0)));
      expect(worst).toBeLessThan(1e-5);
    }
    await again.close();
  }, 60_000);

  it('takes a head, keeps its digest, drops its own classifier, and passes its own inspection and trial', async () => {
    const composed = composeModel({ backbone: bytes(), head, classNames: ['a', 'b'], preprocessing: defaultPreprocessing });
    expect(weightsDigest(composed)).toBe(weightsDigest(bytes()));
    expect(composed.length).toBeLessThan(14_000_000);
    expect(inspectModel(composed).classOutputs.length).toBeGreaterThan(0);
    expect(await tryModelInChild(composed, defaultPreprocessing, 2)).toMatchObject({ embeddingWidth: 1280, featureMap: [1, 1280, 7, 7] });
  });
});
