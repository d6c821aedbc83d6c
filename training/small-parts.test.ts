import { describe, expect, it } from 'vitest';
import { createRandom, randomInteger, randomNormal } from '../statistics/random.ts';
import { classWeightsOf } from './class-weights.ts';
import { comparePaired, comparePerClass } from './compare.ts';
import { centroidsOf, normaliseEmbeddings } from './embeddings.ts';
import { evaluate, leastCostAnswers } from './evaluate.ts';
import reference from './reference.json' with { type: 'json' };
import { logLossOf, probabilitiesOf } from './softmax.ts';
import { assignFolds, splitForValidation } from './split.ts';
import { calibrate, fitTemperature } from './temperature.ts';

const oneHot = (answers: readonly number[], classes: number): Float32Array =>
  Float32Array.from({ length: answers.length * classes }, (_, i) => (answers[Math.floor(i / classes)] === i % classes ? 1 : 0));

describe('temperature', () => {
  it('finds the factor by which honest logits were blown up', () => {
    const random = createRandom(1);
    const n = 4000;
    const honest = Float32Array.from({ length: n * 3 }, () => 2 * randomNormal(random));
    const probabilities = probabilitiesOf(honest, 3);
    const labels = Int32Array.from({ length: n }, (_, i) => {
      const x = random();
      const first = probabilities[i * 3] as number;
      return x < first ? 0 : x < first + (probabilities[i * 3 + 1] as number) ? 1 : 2;
    });
    const temperature = fitTemperature(honest.map((logit) => 2.5 * logit), labels, 3);
    expect(Math.abs(temperature / 2.5 - 1)).toBeLessThan(0.06);
    const { ece } = evaluate({ probabilities: probabilitiesOf(honest.map((logit) => 2.5 * logit), 3, temperature), labels, classes: 3 });
    expect(ece).toBeLessThan(0.03);
  });

  it('is the minimum: a little up or down is worse', () => {
    const logits = Float32Array.of(3, 0, 2, 0, 0, 1, 2, 0);
    const labels = Int32Array.of(0, 0, 0, 1);
    const temperature = fitTemperature(logits, labels, 2);
    const at = (t: number): number => logLossOf(logits, labels, 2, { temperature: t, smoothing: 1 / (labels.length + 2) });
    expect(at(temperature)).toBeLessThan(at(temperature * 1.05));
    expect(at(temperature)).toBeLessThan(at(temperature / 1.05));
  });

  it('is never surer than right answers in a row allow, however well they are told apart', () => {
    for (const [n, surest] of [[10, 11 / 12], [40, 41 / 42], [400, 401 / 402]] as const) {
      const logits = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 5 : 0));
      const { confidences } = calibrate(logits, 2, fitTemperature(logits, new Int32Array(n), 2));
      expect(confidences[0]).toBeCloseTo(surest, 3);
    }
  });

  it('stays in its range, is 1 without images, refuses NaN', () => {
    expect(fitTemperature(Float32Array.of(0.05, 0), new Int32Array(1), 2)).toBeGreaterThan(0.05 - 1e-9);
    expect(fitTemperature(Float32Array.of(5, 0), Int32Array.of(0), 2, Float32Array.of(0))).toBe(1);
    expect(fitTemperature(new Float32Array(), new Int32Array(), 2)).toBe(1);
    expect(() => fitTemperature(Float32Array.of(NaN, 0), Int32Array.of(0), 2)).toThrowError(expect.objectContaining({ code: 'TRAINING_INPUT_INVALID' }));
  });

  it('calibrate answers with the top class and its confidence, also for huge logits', () => {
    const { answers, confidences } = calibrate(Float32Array.of(0, Math.log(3), 9000, -9000), 2, 1);
    expect([...answers]).toEqual([1, 0]);
    expect(confidences[0]).toBeCloseTo(0.75, 6);
    expect(confidences[1]).toBe(1);
  });
});

describe('splits', () => {
  const random = createRandom(3);
  const items = Array.from({ length: 1000 }, (_, i) => ({ label: i % 10 === 0 ? 1 : 0, group: `g${Math.floor(i / 10)}-${randomInteger(random, 3)}` }));

  it('never part a group', () => {
    const folds = assignFolds(items, 5, createRandom(4));
    const seen = new Map<string, number>();
    items.forEach(({ group }, i) => {
      expect(seen.get(group) ?? folds[i]).toBe(folds[i]);
      seen.set(group, folds[i] as number);
    });
  });

  it('balance size and classes', () => {
    const folds = assignFolds(items, 5, createRandom(4));
    for (let fold = 0; fold < 5; fold += 1) {
      const own = items.filter((_, i) => folds[i] === fold);
      expect(Math.abs(own.length - 200)).toBeLessThan(12);
      expect(Math.abs(own.filter(({ label }) => label === 1).length - 20)).toBeLessThan(4);
    }
    const aside = splitForValidation(items, 0.2, createRandom(5)).filter(Boolean).length;
    expect(Math.abs(aside - 200)).toBeLessThan(12);
  });

  it('depend on the seed, not on the order of the images', () => {
    const folds = assignFolds(items, 5, createRandom(6));
    expect(assignFolds(items, 5, createRandom(6))).toEqual(folds);
    expect(assignFolds(items, 5, createRandom(7))).not.toEqual(folds);
    const backwards = assignFolds(items.toReversed(), 5, createRandom(6));
    expect([...backwards].toReversed()).toEqual([...folds]);
  });

  it('take no item, one item and a share of nothing', () => {
    expect(assignFolds([], 5, createRandom(1))).toHaveLength(0);
    expect(splitForValidation([{ label: 1, group: 'a' }], 0.2, createRandom(1))).toEqual([false]);
    expect(splitForValidation(items, 0, createRandom(1)).some(Boolean)).toBe(false);
  });
});

describe('class weights', () => {
  it('none, balanced (as scikit-learn), by cost with mean 1', () => {
    expect(classWeightsOf({ kind: 'none' }, [3, 0, 1])).toEqual([1, 0, 1]);
    expect(classWeightsOf({ kind: 'balanced' }, [6, 0, 2])).toEqual([8 / 12, 0, 2]);
    const weights = classWeightsOf({ kind: 'costs', costs: [[0, 1], [5, 0]] }, [8, 2]);
    expect((weights[1] as number) / (weights[0] as number)).toBeCloseTo(5, 12);
    expect((8 * (weights[0] as number) + 2 * (weights[1] as number)) / 10).toBeCloseTo(1, 12);
    expect(classWeightsOf({ kind: 'costs', costs: [[0, 0], [0, 0]] }, [1, 1])).toEqual([1, 1]);
  });
});

describe('embeddings', () => {
  it('are scaled to length 1; zeros stay, NaN and wrong sizes are refused', () => {
    expect([...normaliseEmbeddings(Float32Array.of(3, 4, 0, 0), 2, 2)].map((x) => Number(x.toFixed(6)))).toEqual([0.6, 0.8, 0, 0]);
    const invalid = expect.objectContaining({ code: 'TRAINING_INPUT_INVALID' });
    expect(() => normaliseEmbeddings(Float32Array.of(1, Infinity), 1, 2)).toThrowError(invalid);
    expect(() => normaliseEmbeddings(Float32Array.of(1), 1, 2)).toThrowError(invalid);
  });

  it('have unit centroids, images of weight 0 left out', () => {
    const centroids = centroidsOf(Float32Array.of(2, 0, 0, 9, 0, 2), 2, Int32Array.of(0, 0, 1), 3, Float32Array.of(1, 0, 1));
    expect([...centroids]).toEqual([1, 0, 0, 1, 0, 0]);
  });
});

describe('evaluate', () => {
  it('agrees with scikit-learn on macro-F1 and counts by hand', () => {
    const { truth, answers, macroF1 } = reference.f1;
    const result = evaluate({ probabilities: oneHot(answers, 3), labels: Int32Array.from(truth), classes: 3 });
    expect(result.macroF1).toBeCloseTo(macroF1, 12);
    expect(result.accuracy).toBe(6 / 8);
    expect(result.confusion).toEqual([[2, 0, 1], [0, 2, 0], [0, 1, 2]]);
    expect(result.perClass[0]).toMatchObject({ recall: 2 / 3, precision: 1, count: 3 });
    expect(result.perClass[1]).toMatchObject({ recall: 1, precision: 2 / 3 });
  });

  it('counts a truth that the model lacks as an error, and a class that never occurs as nothing', () => {
    const result = evaluate({ probabilities: oneHot([0, 0], 2), labels: Int32Array.of(0, -1), classes: 2 });
    expect(result).toMatchObject({ accuracy: 0.5, unknownTruth: 1, macroF1: 2 / 3 });
    expect(result.perClass[1]?.recall).toBeNaN();
    expect(Number.isFinite(result.logLoss)).toBe(true);
  });

  it('expected cost: a miss costs five false alarms, so deciding by cost alarms earlier', () => {
    const costs = [[0, 1], [5, 0]];
    const probabilities = Float32Array.of(0.75, 0.25, 0.9, 0.1);
    expect(leastCostAnswers({ probabilities, classes: 2 }, costs)).toEqual([1, 0]);
    const result = evaluate({ probabilities, labels: Int32Array.of(1, 0), classes: 2, costs });
    expect(result.expectedCost).toBe(2.5);
    expect(result.expectedCostOfLeastCost).toBe(0);
    expect(evaluate({ probabilities, labels: Int32Array.of(1, 0), classes: 2 }).expectedCost).toBeNull();
  });

  it('refuses what cannot be evaluated', () => {
    const invalid = expect.objectContaining({ code: 'TRAINING_INPUT_INVALID' });
    const good = { probabilities: Float32Array.of(0.5, 0.5), labels: Int32Array.of(0), classes: 2 };
    expect(() => evaluate({ ...good, labels: new Int32Array() })).toThrowError(invalid);
    expect(() => evaluate({ ...good, probabilities: Float32Array.of(NaN, 1) })).toThrowError(invalid);
    expect(() => evaluate({ ...good, labels: Int32Array.of(2) })).toThrowError(invalid);
    expect(() => evaluate({ ...good, costs: [[0]] })).toThrowError(invalid);
  });
});

describe('comparing two models on the same images', () => {
  it('counts flips both ways and puts bounds around the difference', () => {
    const old = [true, true, false, false, true];
    const next = [true, false, true, true, true];
    const result = comparePaired(old, next);
    expect(result).toMatchObject({ n: 5, newOnly: 2, oldOnly: 1, negativeFlipRate: 0.2 });
    expect(result.difference).toBeCloseTo(0.2, 12);
    expect(result.lowerBound).toBeGreaterThan(result.interval.lower);
    expect(result.upperBound).toBeLessThan(result.interval.upper);
    expect(() => comparePaired([true], [])).toThrowError(expect.objectContaining({ code: 'TRAINING_INPUT_INVALID' }));
  });

  it('per class, with Holm over the classes that occur', () => {
    const labels = Int32Array.from([...Array.from({ length: 12 }, () => 0), ...Array.from({ length: 12 }, () => 2), -1]);
    const old = Array.from(labels, (label) => label === 0);
    const next = Array.from(labels, () => true);
    const [first, second] = comparePerClass(old, next, labels);
    expect(first).toMatchObject({ classIndex: 0, n: 12, difference: 0, adjustedP: 1 });
    expect(second).toMatchObject({ classIndex: 2, newOnly: 12 });
    expect(second?.adjustedP).toBeCloseTo(4 / 2 ** 12, 9);
  });
});
