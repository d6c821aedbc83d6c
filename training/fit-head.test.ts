/** scikit-learn's figures are in `reference.json`, with the call and the versions that made them. */
import { describe, expect, it } from 'vitest';
import { createRandom, randomNormal } from '../statistics/random.ts';
import { fitHead, l2OfC } from './fit-head.ts';
import { createPlainMatrixProducts } from './plain-matrix-products.ts';
import reference from './reference.json' with { type: 'json' };

const { n, d } = reference;
const embeddings = Float32Array.from(reference.X);
const labels = Int32Array.from(reference.y);
const ones = new Float32Array(n).fill(1);
const bound = () => createPlainMatrixProducts().bind(embeddings, n, d);
const tight = { tolerance: 1e-9 };

describe('fitHead against scikit-learn', () => {
  const balanced = Float32Array.from(reference.y, (label) => n / (3 * reference.y.filter((other) => other === label).length));
  it.each([
    ['plain', reference.plain, ones],
    ['weakly regularised', reference.weak, ones],
    ['with sample weights', reference.weighted, Float32Array.from(reference.w)],
    ['with balanced class weights', reference.balanced, balanced],
  ])('%s: same loss, coefficients and intercepts', async (_, expected, sampleWeights) => {
    const fitted = await fitHead(await bound(), { classes: 3, labels, sampleWeights }, { l2: l2OfC(expected.C, 3), ...tight });
    expect(fitted.converged).toBe(true);
    expect(Math.abs(fitted.loss - expected.loss)).toBeLessThan(1e-6);
    fitted.weights.forEach((weight, i) => expect(Math.abs(weight - (expected.coef[i] as number))).toBeLessThan(5e-3));
    fitted.bias.forEach((bias, k) => expect(Math.abs(bias - (expected.intercept[k] as number))).toBeLessThan(5e-3));
  });

  it('two classes: the difference of the two rows is the one vector of scikit-learn', async () => {
    const two = labels.map((label) => (label === 1 ? 1 : 0));
    const expected = reference.binary;
    const fitted = await fitHead(await bound(), { classes: 2, labels: two, sampleWeights: ones }, { l2: l2OfC(expected.C, 2), ...tight });
    expect(Math.abs(fitted.loss - expected.loss)).toBeLessThan(1e-6);
    expected.coef.forEach((weight, j) => {
      expect((fitted.weights[d + j] as number) - (fitted.weights[j] as number)).toBeCloseTo(weight, 2);
    });
    expect((fitted.bias[1] as number) - (fitted.bias[0] as number)).toBeCloseTo(expected.intercept[0] as number, 2);
  });

  it('reaches the same optimum at the default tolerance to 1e-4, and from any start', async () => {
    const random = createRandom(1);
    const warmStart = {
      weights: Float32Array.from({ length: 3 * d }, () => 3 * randomNormal(random)),
      bias: Float32Array.from({ length: 3 }, () => 3 * randomNormal(random)),
    };
    const targets = { classes: 3, labels, sampleWeights: ones };
    const cold = await fitHead(await bound(), targets, { l2: 1 });
    const warm = await fitHead(await bound(), targets, { l2: 1, warmStart });
    expect(Math.abs(cold.loss - reference.plain.loss)).toBeLessThan(1e-4);
    expect(Math.abs(warm.loss - reference.plain.loss)).toBeLessThan(1e-4);
    const again = await fitHead(await bound(), targets, { l2: 1, warmStart: cold });
    expect(again.iterations).toBeLessThanOrEqual(1);
  });
});

describe('the gradient', () => {
  it('agrees with finite differences of the loss', async () => {
    const engine = await bound();
    const random = createRandom(2);
    const targets = { classes: 3, labels, sampleWeights: Float32Array.from(reference.w) };
    const weights = Float32Array.from({ length: 3 * d }, () => randomNormal(random));
    const bias = Float32Array.from({ length: 3 }, () => randomNormal(random));
    const { weightsGradient, biasGradient } = await engine.lossAndGradient({ weights, bias }, targets);
    const slope = async (values: Float32Array, i: number): Promise<number> => {
      const h = 1 / 128; // a power of two: exact in float32
      const loss = async (by: number): Promise<number> => {
        const kept = values[i] as number;
        values[i] = kept + by;
        const answer = await engine.lossAndGradient({ weights, bias }, targets);
        const moved = (values[i] as number) - kept;
        values[i] = kept;
        return answer.loss / moved;
      };
      return (await loss(h) + await loss(-h)) / 2;
    };
    for (let i = 0; i < weights.length; i += 1) expect(await slope(weights, i)).toBeCloseTo(weightsGradient[i] as number, 2);
    for (let k = 0; k < 3; k += 1) expect(await slope(bias, k)).toBeCloseTo(biasGradient[k] as number, 2);
  });
});

describe('what is refused or reported', () => {
  const targets = { classes: 3, labels, sampleWeights: ones };

  it('one class alone', async () => {
    const one = { classes: 3, labels: new Int32Array(n), sampleWeights: ones };
    await expect(fitHead(await bound(), one, { l2: 1 })).rejects.toMatchObject({ code: 'TRAINING_TOO_FEW_CLASSES' });
    const masked = { classes: 3, labels, sampleWeights: Float32Array.from(labels, (label) => (label === 2 ? 1 : 0)) };
    await expect(fitHead(await bound(), masked, { l2: 1 })).rejects.toMatchObject({ code: 'TRAINING_TOO_FEW_CLASSES' });
  });

  it('embeddings, weights, labels and starts that are not finite or do not fit', async () => {
    const invalid = { code: 'TRAINING_INPUT_INVALID' };
    const broken = Float32Array.from(embeddings);
    broken[7] = NaN;
    const engine = await createPlainMatrixProducts().bind(broken, n, d);
    await expect(fitHead(engine, targets, { l2: 1 })).rejects.toMatchObject(invalid);
    const negative = { ...targets, sampleWeights: Float32Array.from(ones, (_, i) => (i === 3 ? -1 : 1)) };
    await expect(fitHead(await bound(), negative, { l2: 1 })).rejects.toMatchObject(invalid);
    const outside = { ...targets, labels: Int32Array.from(labels, (label, i) => (i === 3 ? 3 : label)) };
    await expect(fitHead(await bound(), outside, { l2: 1 })).rejects.toMatchObject(invalid);
    await expect(fitHead(await bound(), { ...targets, labels: labels.slice(1) }, { l2: 1 })).rejects.toMatchObject(invalid);
    await expect(fitHead(await bound(), targets, { l2: 0 })).rejects.toMatchObject(invalid);
    const warmStart = { weights: new Float32Array(3), bias: new Float32Array(3) };
    await expect(fitHead(await bound(), targets, { l2: 1, warmStart })).rejects.toMatchObject(invalid);
  });

  it('an end by the limit of iterations, and progress on the way down', async () => {
    const losses: number[] = [];
    const fitted = await fitHead(await bound(), targets, { l2: 1, maxIterations: 3, onProgress: ({ loss }) => losses.push(loss) });
    expect(fitted).toMatchObject({ iterations: 3, converged: false });
    expect(losses).toHaveLength(3);
    expect(losses.toSorted((a, b) => b - a)).toEqual(losses);
  });

  it('a class without images: finite, and never the answer', async () => {
    const engine = await bound();
    const fitted = await fitHead(engine, { ...targets, classes: 4 }, { l2: 1 });
    expect(fitted.weights.every(Number.isFinite) && fitted.bias.every(Number.isFinite)).toBe(true);
    const logits = await engine.logits(fitted);
    for (let i = 0; i < n; i += 1) {
      const row = [...logits.subarray(i * 4, i * 4 + 4)];
      expect(row.indexOf(Math.max(...row))).not.toBe(3);
    }
  });
});
