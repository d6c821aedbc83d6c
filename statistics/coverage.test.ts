/** Simulations: what the intervals and the sequential test promise is what they deliver. Seeded, so they never flake. */
import { describe, expect, it } from 'vitest';
import { bootstrapByGroup } from './bootstrap.ts';
import { E_VALUE_ROLL_BACK, E_VALUE_WARN, emptyEProcess, eValue, observeDisagreement } from './e-process.ts';
import { horvitzThompsonMean } from './horvitz-thompson.ts';
import { exactMcNemar } from './mcnemar.ts';
import { pairedLowerBound } from './paired-difference.ts';
import { clopperPearson, clopperPearsonUpper, wilson } from './proportion.ts';
import { createRandom, type Random, randomNormal } from './random.ts';
import { requiredPairs } from './sample-size.ts';

const count = (times: number, chance: number, random: Random): number => {
  let hits = 0;
  for (let i = 0; i < times; i += 1) if (random() < chance) hits += 1;
  return hits;
};
const share = (times: number, happens: () => boolean): number => {
  let hits = 0;
  for (let i = 0; i < times; i += 1) if (happens()) hits += 1;
  return hits / times;
};

describe('proportions', () => {
  it.each([0.01, 0.1, 0.5, 0.97])('Clopper-Pearson covers at least its level, Wilson about (truth %d)', (truth) => {
    const random = createRandom(11);
    let exact = 0;
    let score = 0;
    for (let i = 0; i < 2000; i += 1) {
      const k = count(80, truth, random);
      const a = clopperPearson(k, 80, 0.95);
      const b = wilson(k, 80, 0.95);
      if (a.lower <= truth && truth <= a.upper) exact += 1;
      if (b.lower <= truth && truth <= b.upper) score += 1;
    }
    expect(exact / 2000).toBeGreaterThanOrEqual(0.945);
    expect(score / 2000).toBeGreaterThanOrEqual(0.92);
    expect(score / 2000).toBeLessThanOrEqual(0.995);
  });

  it('the upper bound of the auto-accept error holds in at least 95 % of periods', () => {
    const random = createRandom(12);
    const held = share(2000, () => clopperPearsonUpper(count(300, 0.02, random), 300, 0.95) >= 0.02);
    expect(held).toBeGreaterThanOrEqual(0.945);
  });
});

describe('paired comparisons', () => {
  const pairs = (n: number, newOnly: number, oldOnly: number, random: Random) => {
    let b = 0;
    let c = 0;
    for (let i = 0; i < n; i += 1) {
      const x = random();
      if (x < newOnly) b += 1;
      else if (x < newOnly + oldOnly) c += 1;
    }
    return { newOnly: b, oldOnly: c, n };
  };

  it('a model exactly one margin worse passes non-inferiority in about 5 % of trials', () => {
    const random = createRandom(13);
    const passes = share(1500, () => pairedLowerBound(pairs(400, 0.03, 0.08, random), 0.95) > -0.05);
    expect(passes).toBeLessThan(0.065);
    expect(passes).toBeGreaterThan(0.03);
  });

  it('an equal model passes with the power that the sample size was computed for', () => {
    const random = createRandom(14);
    const n = requiredPairs({ disagreeShare: 0.1, margin: 0.05, power: 0.8 });
    const passes = share(1500, () => pairedLowerBound(pairs(n, 0.05, 0.05, random), 0.95) > -0.05);
    expect(passes).toBeGreaterThan(0.76);
    expect(passes).toBeLessThan(0.85);
  });

  it('McNemar errs in at most 5 % of trials on equal models', () => {
    const random = createRandom(15);
    const errs = share(2000, () => {
      const { newOnly, oldOnly } = pairs(500, 0.05, 0.05, random);
      return exactMcNemar(newOnly, oldOnly).twoSided < 0.05;
    });
    expect(errs).toBeLessThanOrEqual(0.05);
    expect(errs).toBeGreaterThan(0.01);
  });
});

describe('bootstrap by group', () => {
  it('covers where images in a burst are copies, and resampling images would not', () => {
    const random = createRandom(16);
    const mean = (groups: readonly number[][]): number => {
      let sum = 0;
      let n = 0;
      for (const group of groups) for (const value of group) [sum, n] = [sum + value, n + 1];
      return sum / n;
    };
    let byGroup = 0;
    let byImage = 0;
    const trials = 500;
    for (let trial = 0; trial < trials; trial += 1) {
      const groups = Array.from({ length: 30 }, () => {
        const burst = randomNormal(random);
        return Array.from({ length: 6 }, () => burst + 0.1 * randomNormal(random));
      });
      const a = bootstrapByGroup(groups, mean, { resamples: 200, random });
      const b = bootstrapByGroup(groups.flat().map((value) => [value]), mean, { resamples: 200, random });
      if (a.lower <= 0 && 0 <= a.upper) byGroup += 1;
      if (b.lower <= 0 && 0 <= b.upper) byImage += 1;
    }
    expect(byGroup / trials).toBeGreaterThanOrEqual(0.92);
    expect(byImage / trials).toBeLessThan(0.75);
  });
});

describe('audit accuracy', () => {
  it('covers the truth of an unequally sampled stream in at least 93 % of its 95 % intervals', () => {
    const random = createRandom(17);
    const chances = [0.02, 0.05, 0.2];
    const n = 6000;
    const accuracy = [0.98, 0.9, 0.6];
    const covered = share(400, () => {
      const values: number[] = [];
      const probabilities: number[] = [];
      let right = 0;
      for (let i = 0; i < n; i += 1) {
        const stratum = i % 3;
        const value = random() < (accuracy[stratum] as number) ? 1 : 0;
        right += value;
        if (random() < (chances[stratum] as number)) {
          values.push(value);
          probabilities.push(chances[stratum] as number);
        }
      }
      const interval = horvitzThompsonMean(values, probabilities);
      return interval.lower <= right / n && right / n <= interval.upper;
    });
    expect(covered).toBeGreaterThanOrEqual(0.93);
  });
});

describe('the sequential test on disagreements (promotion.md: false rollbacks 3.7 % at 20, 0.5 % at 100)', () => {
  const crosses = (threshold: number, championFails: number, challengerFails: number, random: Random): number => {
    let process = emptyEProcess();
    for (let request = 1; request <= 5000; request += 1) {
      const champion = random() < championFails;
      const challenger = random() < challengerFails;
      if (champion === challenger) continue;
      process = observeDisagreement(process, challenger);
      if (eValue(process) > threshold) return request;
    }
    return Infinity;
  };

  it('rarely rolls back an equal model, though it looks after every request', () => {
    const random = createRandom(18);
    expect(share(1000, () => crosses(E_VALUE_WARN, 0.01, 0.01, random) < Infinity)).toBeLessThanOrEqual(0.05);
    expect(share(1000, () => crosses(E_VALUE_ROLL_BACK, 0.01, 0.01, random) < Infinity)).toBeLessThanOrEqual(0.01);
  });

  it('catches a challenger failing 5 % instead of 1 % in a median of about 321 requests', () => {
    const random = createRandom(19);
    const delays = Array.from({ length: 300 }, () => crosses(E_VALUE_ROLL_BACK, 0.01, 0.05, random));
    const median = delays.toSorted((a, b) => a - b)[150] as number;
    expect(median).toBeGreaterThan(260);
    expect(median).toBeLessThan(390);
    expect(delays.every(Number.isFinite)).toBe(true);
  });

  it('keeps its promise at canary odds that change on the way', () => {
    const random = createRandom(20);
    const falseAlarms = share(1000, () => {
      let process = emptyEProcess();
      for (let failure = 0; failure < 120; failure += 1) {
        const traffic = failure < 40 ? 0.01 : failure < 80 ? 0.1 : 0.5;
        process = observeDisagreement(process, random() < traffic, traffic);
        if (eValue(process) > E_VALUE_WARN) return true;
      }
      return false;
    });
    expect(falseAlarms).toBeLessThanOrEqual(0.05);
  });
});
