import { describe, expect, it } from 'vitest';
import { createRandom, randomInteger, randomNormal } from '../../statistics/random.ts';
import { fitHead } from '../../training/fit-head.ts';
import { createPlainMatrixProducts } from '../../training/plain-matrix-products.ts';
import { trainHead } from '../../training/train-head.ts';
import { createOnnxMatrixProducts } from './matrix-products.ts';

const [n, d, classes] = [203, 37, 5];
const random = createRandom(1);
const normals = (length: number): Float32Array => Float32Array.from({ length }, () => randomNormal(random));
const embeddings = normals(n * d);
const targets = {
  classes,
  labels: Int32Array.from({ length: n }, () => randomInteger(random, classes)),
  sampleWeights: Float32Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 0 : random() * 2)),
};
const head = { weights: normals(classes * d), bias: normals(classes) };
const onnx = createOnnxMatrixProducts({ threads: 2 });

const expectClose = (actual: Float32Array, expected: Float32Array, tolerance: number): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - (expected[i] as number))).toBeLessThan(tolerance));
};

describe('matrix products on ONNX Runtime', () => {
  it('give what plain typed arrays give, and follow a change of targets and of class count', async () => {
    const fast = await onnx.bind(embeddings, n, d);
    const plain = await createPlainMatrixProducts().bind(embeddings, n, d);
    expectClose(await fast.logits(head), await plain.logits(head), 1e-4);
    const other = { ...targets, labels: targets.labels.map((label) => (label + 1) % classes) };
    const wider = { classes: 6, labels: targets.labels, sampleWeights: targets.sampleWeights };
    const wideHead = { weights: normals(6 * d), bias: normals(6) };
    for (const [at, which] of [[head, targets], [head, other], [wideHead, wider], [head, targets]] as const) {
      const a = await fast.lossAndGradient(at, which);
      const b = await plain.lossAndGradient(at, which);
      expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(1e-6);
      expectClose(a.weightsGradient, b.weightsGradient, 1e-3);
      expectClose(a.biasGradient, b.biasGradient, 1e-3);
    }
    await fast.release();
    await fast.release();
  });

  it('fit the same head', async () => {
    const fast = await onnx.bind(embeddings, n, d);
    const plain = await createPlainMatrixProducts().bind(embeddings, n, d);
    const a = await fitHead(fast, targets, { l2: 1, tolerance: 1e-7 });
    const b = await fitHead(plain, targets, { l2: 1, tolerance: 1e-7 });
    expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-6);
    expectClose(a.weights, b.weights, 5e-3);
    await fast.release();
  });

  it('train the same bytes twice', async () => {
    const input = {
      embeddings, n, d, labels: [...targets.labels], groups: Array.from({ length: n }, (_, i) => `g${Math.floor(i / 2)}`),
      classIds: [0, 1, 2, 3, 4], seed: 3,
    };
    const first = await trainHead({ products: onnx, now: () => 0 }, input);
    const second = await trainHead({ products: onnx, now: () => 0 }, input);
    expect(Buffer.from(first.head.weights.buffer).equals(Buffer.from(second.head.weights.buffer))).toBe(true);
    expect(second.report).toEqual(first.report);
  });
});
