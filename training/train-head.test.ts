import { describe, expect, it } from 'vitest';
import { createRandom, randomInteger, randomNormal } from '../statistics/random.ts';
import { crossValidatedPredictions } from './cross-validated-predictions.ts';
import { normaliseEmbeddings } from './embeddings.ts';
import { createPlainMatrixProducts } from './plain-matrix-products.ts';
import { argmaxAt, probabilitiesOf } from './softmax.ts';
import { trainHead, type TrainHeadInput } from './train-head.ts';

const products = createPlainMatrixProducts();
const deps = { products, now: () => 0 };

/** Clouds around one random centre a class, three images a burst. */
function stream(n: number, d: number, classIds: readonly number[], noise: number, seed: number): TrainHeadInput {
  const random = createRandom(seed);
  const centres = classIds.map(() => Array.from({ length: d }, () => randomNormal(random)));
  const labels: number[] = [];
  const groups: string[] = [];
  const embeddings = new Float32Array(n * d);
  for (let i = 0; i < n; i += 1) {
    const k = i % 3 === 0 ? randomInteger(random, classIds.length) : classIds.indexOf(labels[i - 1] as number);
    labels.push(classIds[k] as number);
    groups.push(`burst-${Math.floor(i / 3)}`);
    for (let j = 0; j < d; j += 1) embeddings[i * d + j] = (centres[k]?.[j] as number) + noise * randomNormal(random);
  }
  return { embeddings, n, d, labels, groups, classIds, seed };
}

describe('trainHead', () => {
  it('learns, says so, and its head answers the images right', async () => {
    const input = stream(300, 12, [7, 3, 11], 1.2, 1);
    const { head, report } = await trainHead(deps, input);
    expect(report.validation?.accuracy).toBeGreaterThan(0.9);
    expect(report.validationImages).toBe(300);
    expect(report.converged).toBe(true);
    expect(report.tried.map(({ l2 }) => l2)).toContain(report.l2);
    expect(report.validation?.recall.map(({ classId }) => classId)).toEqual([7, 3, 11]);
    expect(report.validation?.logLoss).toBeLessThanOrEqual((report.validation?.logLossUncalibrated ?? 0) + 0.01);
    expect(head).toMatchObject({ classIds: [7, 3, 11], dimensions: 12, normalise: 'l2' });
    const engine = await products.bind(normaliseEmbeddings(input.embeddings, 300, 12), 300, 12);
    const probabilities = probabilitiesOf(await engine.logits(head), 3, head.temperature);
    const right = input.labels.filter((label, i) => head.classIds[argmaxAt(probabilities, i * 3, 3)] === label).length;
    expect(right / 300).toBeGreaterThan(0.95);
  });

  it('gives the same bytes for the same input, and another split for another seed', async () => {
    const input = stream(120, 8, [0, 1], 2.5, 2);
    const first = await trainHead(deps, input);
    const second = await trainHead(deps, input);
    expect(Buffer.from(first.head.weights.buffer).equals(Buffer.from(second.head.weights.buffer))).toBe(true);
    expect(second).toEqual(first);
    const other = await trainHead(deps, { ...input, seed: 99 });
    expect(other.report.validation?.logLoss).not.toBe(first.report.validation?.logLoss);
  });

  it('starts from a previous head with other classes, by class id, and ends at the same loss in fewer steps', async () => {
    const input = stream(240, 10, [1, 2, 3], 1.5, 3);
    const cold = await trainHead(deps, input);
    const turned = {
      classIds: [3, 9, 1],
      dimensions: 10,
      weights: Float32Array.of(...cold.head.weights.subarray(20, 30), ...new Float32Array(10), ...cold.head.weights.subarray(0, 10)),
      bias: Float32Array.of(cold.head.bias[2] as number, 0, cold.head.bias[0] as number),
    };
    const warm = await trainHead(deps, { ...input, previousHead: turned });
    expect(warm.report.l2).toBe(cold.report.l2);
    expect(Math.abs(warm.report.loss - cold.report.loss)).toBeLessThan(1e-4);
    const whole = await trainHead(deps, { ...input, previousHead: cold.head, l2Grid: [cold.report.l2] });
    const fresh = await trainHead(deps, { ...input, l2Grid: [cold.report.l2] });
    expect(whole.report.iterationsTotal).toBeLessThan(fresh.report.iterationsTotal);
  });

  it('keeps the row of a class without images, far below the others', async () => {
    const input = { ...stream(90, 6, [4, 5], 1, 4), classIds: [4, 6, 5] };
    const { head, report } = await trainHead(deps, input);
    expect(report.classesWithoutImages).toEqual([6]);
    expect(head.weights.subarray(6, 12).every((weight) => weight === 0)).toBe(true);
    expect((head.bias[1] as number) / head.temperature).toBeCloseTo(-30, 3);
    expect(head.centroids.subarray(6, 12).every((value) => value === 0)).toBe(true);
  });

  it('does without validation where nothing can be held out', async () => {
    const tiny = { embeddings: Float32Array.of(1, 0, 0, 1), n: 2, d: 2, labels: [1, 2], groups: ['a', 'b'], classIds: [1, 2], seed: 1 };
    const { head, report } = await trainHead(deps, tiny);
    expect(report).toMatchObject({ validation: null, validationImages: 0, tried: [] });
    expect(head.temperature).toBe(1);
    expect(head.weights.every(Number.isFinite)).toBe(true);
  });

  it('refuses one class, one image, NaN, unknown labels and lists that do not match', async () => {
    const input = stream(30, 4, [0, 1], 1, 5);
    const few = { code: 'TRAINING_TOO_FEW_CLASSES' };
    const invalid = { code: 'TRAINING_INPUT_INVALID' };
    await expect(trainHead(deps, { ...input, labels: input.labels.map(() => 1) })).rejects.toMatchObject(few);
    const one = { ...input, n: 1, labels: [1], groups: ['a'], embeddings: input.embeddings.slice(0, 4) };
    await expect(trainHead(deps, one)).rejects.toMatchObject(few);
    const broken = Float32Array.from(input.embeddings);
    broken[5] = NaN;
    await expect(trainHead(deps, { ...input, embeddings: broken })).rejects.toMatchObject(invalid);
    await expect(trainHead(deps, { ...input, embeddings: broken, normalise: 'none' })).rejects.toMatchObject(invalid);
    await expect(trainHead(deps, { ...input, classIds: [0, 2] })).rejects.toMatchObject(invalid);
    await expect(trainHead(deps, { ...input, classIds: [0, 1, 1] })).rejects.toMatchObject(invalid);
    await expect(trainHead(deps, { ...input, groups: [] })).rejects.toMatchObject(invalid);
    await expect(trainHead(deps, { ...input, n: 29 })).rejects.toMatchObject(invalid);
  });

  it('gives the engine back, also when the fit fails', async () => {
    let open = 0;
    const counting = {
      bind: async (...args: Parameters<typeof products.bind>) => {
        open += 1;
        const bound = await products.bind(...args);
        return {
          ...bound,
          lossAndGradient: async () => Promise.reject(new Error('engine broke')),
          release: async () => void (open -= 1),
        };
      },
    };
    await expect(trainHead({ products: counting, now: () => 0 }, stream(30, 4, [0, 1], 1, 6))).rejects.toThrow('engine broke');
    expect(open).toBe(0);
  });
});

describe('crossValidatedPredictions', () => {
  it('finds labels that were swapped, because no image judges itself', async () => {
    const input = stream(240, 10, [1, 2, 3], 0.8, 7);
    const wrong = new Set([0, 1, 2, 60, 61, 62]); // two whole bursts
    const labels = input.labels.map((label, i) => (wrong.has(i) ? (label % 3) + 1 : label));
    const { probabilities, heldOut, logLoss } = await crossValidatedPredictions(products, { ...input, labels, l2: 0.1 });
    expect(heldOut.every(Boolean)).toBe(true);
    expect(logLoss).toBeLessThan(0.6);
    const trust = labels.map((label, i) => probabilities[i * 3 + input.classIds.indexOf(label)] as number);
    const least = [...trust.keys()].toSorted((a, b) => (trust[a] as number) - (trust[b] as number)).slice(0, 6);
    expect(least.filter((i) => wrong.has(i)).length).toBeGreaterThanOrEqual(5);
  });

  it('leaves classes with a single burst out', async () => {
    const input = stream(60, 6, [1, 2], 1, 8);
    const rare = { ...input, classIds: [1, 2, 3], labels: input.labels.map((label, i) => (i < 3 ? 3 : label)), l2: 1 };
    const { probabilities, heldOut } = await crossValidatedPredictions(products, rare);
    expect(heldOut.slice(0, 4)).toEqual([false, false, false, true]);
    expect([...probabilities.subarray(0, 9)].every((value) => value === 0)).toBe(true);
    expect(probabilities.subarray(9, 12).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });
});
