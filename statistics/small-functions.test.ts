import { describe, expect, it } from 'vitest';
import { cohenKappa, krippendorffAlpha } from './agreement.ts';
import { bootstrapByGroup } from './bootstrap.ts';
import { expectedCalibrationError, reliabilityBins } from './calibration-error.ts';
import { psi, psiOfCounts, quantileEdges } from './drift-distance.ts';
import { emptyEProcess, eValue, eValueOfCounts, observeDisagreement } from './e-process.ts';
import { holm } from './holm.ts';
import { horvitzThompsonMean } from './horvitz-thompson.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { exactMcNemar } from './mcnemar.ts';
import { pairedDifference, pairedLowerBound } from './paired-difference.ts';
import { clopperPearson, newcombeDifference, wilson } from './proportion.ts';
import { createRandom } from './random.ts';
import { designEffectOf, requiredPairs } from './sample-size.ts';

describe('requiredPairs gives the table of how many labelled images a claim needs', () => {
  it.each([
    [0.05, 0.005, 12_366, 17_129],
    [0.05, 0.01, 3_092, 4_283],
    [0.05, 0.02, 773, 1_071],
    [0.05, 0.05, 124, 172],
    [0.1, 0.005, 24_731, 34_258],
    [0.1, 0.01, 6_183, 8_565],
    [0.1, 0.02, 1_546, 2_142],
    [0.1, 0.05, 248, 343],
    [0.2, 0.005, 49_462, 68_516],
    [0.2, 0.01, 12_366, 17_129],
    [0.2, 0.02, 3_092, 4_283],
    [0.2, 0.05, 495, 686],
  ])('disagree %d, margin %d', (disagreeShare, margin, power80, power90) => {
    expect(Math.abs(requiredPairs({ disagreeShare, margin }) / power80 - 1)).toBeLessThan(0.01);
    expect(Math.abs(requiredPairs({ disagreeShare, margin, power: 0.9 }) / power90 - 1)).toBeLessThan(0.01);
  });

  it('multiplies by the design effect, which is the burst size for pure copies and 1 for independent images', () => {
    const copies = Array.from({ length: 50 }, (_, i) => Array.from({ length: 4 }, () => i % 2));
    expect(designEffectOf(copies)).toBeCloseTo(4, 1);
    expect(designEffectOf([[1], [0], [1]])).toBe(1);
    const random = createRandom(4);
    const independent = Array.from({ length: 500 }, () => Array.from({ length: 4 }, () => (random() < 0.3 ? 1 : 0)));
    expect(designEffectOf(independent)).toBeLessThan(1.2);
    const plain = requiredPairs({ disagreeShare: 0.1, margin: 0.05 });
    expect(Math.abs(requiredPairs({ disagreeShare: 0.1, margin: 0.05, designEffect: 2 }) - 2 * plain)).toBeLessThan(2);
    expect(() => requiredPairs({ disagreeShare: 0.1, margin: 0 })).toThrow(RangeError);
  });
});

describe('paired difference', () => {
  it('works without any disagreement, and a 300-image set cannot support "not worse by 1 point"', () => {
    const none = pairedDifference({ newOnly: 0, oldOnly: 0, n: 300 });
    expect(none.difference).toBe(0);
    expect(none.lower).toBeCloseTo(-none.upper, 9);
    // With no disagreement the score bound is z² / (n + z²).
    expect(none.upper).toBeCloseTo(3.8415 / (300 + 3.8415), 5);
    expect(pairedLowerBound({ newOnly: 8, oldOnly: 8, n: 300 })).toBeLessThan(-0.01);
  });

  it('is antisymmetric and ends at ±1', () => {
    const there = pairedDifference({ newOnly: 7, oldOnly: 3, n: 40 });
    const back = pairedDifference({ newOnly: 3, oldOnly: 7, n: 40 });
    expect(there.lower).toBeCloseTo(-back.upper, 9);
    expect(there.upper).toBeCloseTo(-back.lower, 9);
    expect(pairedDifference({ newOnly: 5, oldOnly: 0, n: 5 }).upper).toBe(1);
    expect(pairedDifference({ newOnly: 0, oldOnly: 5, n: 5 }).lower).toBe(-1);
    expect(pairedDifference({ newOnly: 0, oldOnly: 0, n: 0 })).toMatchObject({ lower: -1, upper: 1 });
  });

  it('refuses impossible counts', () => {
    expect(() => pairedLowerBound({ newOnly: 4, oldOnly: 4, n: 5 })).toThrow(RangeError);
    expect(() => pairedLowerBound({ newOnly: -1, oldOnly: 4, n: 5 })).toThrow(RangeError);
  });
});

describe('proportions at the ends', () => {
  it('are 0 and 1 exactly, and say nothing about nothing', () => {
    expect(clopperPearson(0, 5).lower).toBe(0);
    expect(clopperPearson(5, 5).upper).toBe(1);
    expect(clopperPearson(0, 0)).toEqual({ lower: 0, upper: 1 });
    expect(wilson(0, 0)).toEqual({ lower: 0, upper: 1 });
    expect(newcombeDifference(0, 0, 1, 2)).toEqual({ lower: -1, upper: 1 });
    expect(() => clopperPearson(6, 5)).toThrow(RangeError);
    expect(() => clopperPearson(1.5, 5)).toThrow(RangeError);
    expect(() => wilson(1, 5, 1)).toThrow(RangeError);
  });

  it('no disagreement gives no evidence; Holm refuses what is not a p value', () => {
    expect(exactMcNemar(0, 0)).toEqual({ twoSided: 1, newBetter: 1, newWorse: 1 });
    expect(holm([])).toEqual([]);
    expect(() => holm([1.2])).toThrow(RangeError);
  });
});

describe('drift distances', () => {
  it('psi is 0 for the same sample, grows with a shift, and is finite for an empty bin', () => {
    const reference = Array.from({ length: 1000 }, (_, i) => i / 1000);
    expect(psi(reference, reference)).toBe(0);
    const little = psi(reference, reference.map((x) => x + 0.05));
    const much = psi(reference, reference.map((x) => x + 0.5));
    expect(little).toBeGreaterThan(0);
    expect(much).toBeGreaterThan(little);
    expect(Number.isFinite(psi(reference, [5, 5, 5]))).toBe(true);
  });

  it('psi of counts by hand', () => {
    const p = [30.5 / 41, 10.5 / 41];
    const q = [10.5 / 21, 10.5 / 21];
    const expected = p.reduce((sum, x, i) => sum + ((q[i] as number) - x) * Math.log((q[i] as number) / x), 0);
    expect(psiOfCounts([30, 10], [10, 10])).toBeCloseTo(expected, 12);
    expect(() => psiOfCounts([1], [1, 2])).toThrow(RangeError);
    expect(() => psiOfCounts([0, 0], [1, 2])).toThrow(RangeError);
  });

  it('bins are fixed by the reference and merge where its values are equal', () => {
    expect(quantileEdges([1, 2, 3, 4], 4)).toEqual([1, 2, 3]);
    expect(quantileEdges([1, 1, 1, 1], 4)).toEqual([1]);
    expect(() => psi([], [1])).toThrow(RangeError);
    expect(() => psi([1], [NaN])).toThrow(RangeError);
  });

  it('Kolmogorov-Smirnov: same sample p = 1, parted samples p near 0', () => {
    expect(kolmogorovSmirnov([1, 2, 3], [1, 2, 3])).toMatchObject({ statistic: 0, p: 1 });
    const apart = kolmogorovSmirnov([1, 2, 3, 4], [5, 6, 7, 8]);
    expect(apart.statistic).toBe(1);
    expect(apart.p).toBeCloseTo(2 / 70, 12); // two of the C(8,4) orders are this extreme
  });
});

describe('agreement', () => {
  it('is 1 for equal answers, 0 for chance, NaN where nothing can be said', () => {
    expect(cohenKappa(['a', 'b'], ['a', 'b'])).toBe(1);
    expect(cohenKappa(['a', 'a', 'b', 'b'], ['a', 'b', 'a', 'b'])).toBe(0);
    expect(cohenKappa(['a'], ['a'])).toBeNaN();
    expect(krippendorffAlpha([['a', 'a'], ['b', 'b']])).toBe(1);
    expect(krippendorffAlpha([['a', null], ['b']])).toBeNaN();
    expect(() => cohenKappa([], [])).toThrow(RangeError);
  });
});

describe('e-process', () => {
  it('is 1 at the start, the same by steps and by counts, and falls when the champion is the worse one', () => {
    let process = emptyEProcess();
    expect(eValue(process)).toBe(1);
    for (const worse of [true, true, false, true]) process = observeDisagreement(process, worse);
    expect(eValue(process)).toBeCloseTo(eValueOfCounts(3, 1), 12);
    expect(eValueOfCounts(3, 1)).toBeCloseTo((1.2 ** 3 * 0.8 + 1.4 ** 3 * 0.6 + 1.6 ** 3 * 0.4 + 1.8 ** 3 * 0.2) / 4, 12);
    expect(eValueOfCounts(0, 10)).toBeLessThan(0.1);
    expect(() => observeDisagreement(process, true, 1)).toThrow(RangeError);
  });

  it('has expectation 1 under the null at any odds (what makes it valid)', () => {
    for (const odds of [0.01, 0.1, 0.5, 0.9]) {
      const up = eValue(observeDisagreement(emptyEProcess(), true, odds));
      const down = eValue(observeDisagreement(emptyEProcess(), false, odds));
      expect(odds * up + (1 - odds) * down).toBeCloseTo(1, 12);
    }
  });
});

describe('calibration error', () => {
  it('by hand: two bins, one 0.1 off, one right on', () => {
    const confidences = [0.6, 0.6, 0.6, 0.6, 0.6, 0.95, 0.95];
    const correct = [true, true, true, true, false, true, true];
    expect(expectedCalibrationError(confidences, correct, 10)).toBeCloseTo((5 / 7) * 0.2 + (2 / 7) * 0.05, 12);
    const bins = reliabilityBins(confidences, correct, 10);
    expect(bins[5]).toMatchObject({ count: 5, accuracy: 0.8 });
    expect(bins[9]).toMatchObject({ count: 2, accuracy: 1 });
  });

  it('takes 0 and 1, refuses more and nothing', () => {
    expect(expectedCalibrationError([0, 1], [false, true])).toBe(0);
    expect(() => expectedCalibrationError([1.1], [true])).toThrow(RangeError);
    expect(() => expectedCalibrationError([], [])).toThrow(RangeError);
  });
});

describe('audit mean', () => {
  it('equals Wilson for equal small chances, and is exact when everything was audited', () => {
    const values = [...Array.from({ length: 45 }, () => 1), ...Array.from({ length: 5 }, () => 0)];
    const rare = horvitzThompsonMean(values, values.map(() => 1e-6));
    expect(rare.mean).toBeCloseTo(0.9, 12);
    expect(rare.lower).toBeCloseTo(wilson(45, 50).lower, 5);
    expect(horvitzThompsonMean(values, values.map(() => 1))).toMatchObject({ mean: 0.9, lower: 0.9, upper: 0.9 });
  });

  it('weights by one over the chance of being drawn', () => {
    expect(horvitzThompsonMean([1, 0], [0.5, 0.1]).mean).toBeCloseTo(2 / 12, 12);
  });

  it('still has a width when every audited image was right, and none of the certainty of [0, 1] without any', () => {
    const allRight = horvitzThompsonMean(Array.from({ length: 60 }, () => 1), Array.from({ length: 60 }, () => 0.05));
    expect(allRight.upper).toBe(1);
    expect(allRight.lower).toBeLessThan(0.96);
    expect(horvitzThompsonMean([], [])).toMatchObject({ lower: 0, upper: 1 });
    expect(() => horvitzThompsonMean([1], [0])).toThrow(RangeError);
    expect(() => horvitzThompsonMean([NaN], [0.5])).toThrow(RangeError);
  });

  it('takes costs too, with a normal interval', () => {
    const costs = horvitzThompsonMean([0, 5, 0, 1], [0.1, 0.1, 0.1, 0.1]);
    expect(costs.mean).toBe(1.5);
    expect(costs.lower).toBeLessThan(0);
  });
});

describe('bootstrap', () => {
  it('is repeatable, leaves out what is not a number, and refuses an empty list', () => {
    const run = () =>
      bootstrapByGroup([1, 2, 3, NaN], (chosen) => chosen.reduce((a, b) => a + b, 0), { resamples: 200, random: createRandom(9) });
    expect(run()).toEqual(run());
    expect(run().usable).toBeLessThan(200);
    expect(() => bootstrapByGroup([], () => 0, { random: createRandom(1) })).toThrow(RangeError);
  });
});
