import { describe, expect, it } from 'vitest';
import { createRandom, randomInteger, randomNormal, shuffled } from './random.ts';

const FIRST_OF_42 = [0.15377165265745885, 0.018084542542176507, 0.5348906284683476];

describe('createRandom', () => {
  it('gives the same numbers for the same seed, for ever', () => {
    const random = createRandom(42);
    // Frozen on purpose: a change here would make every recorded run unrepeatable.
    expect([random(), random(), random()]).toEqual(FIRST_OF_42);
    const again = createRandom(42);
    expect([again(), again(), again()]).toEqual(FIRST_OF_42);
  });

  it('gives unrelated numbers for neighbouring seeds, negative and large ones too', () => {
    const firsts = [0, 1, -1, 2, 2 ** 32, 2 ** 40 + 1].map((seed) => createRandom(seed)());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('is uniform: mean, variance and a chi-square over 100 bins', () => {
    const random = createRandom(1);
    const n = 100_000;
    const bins = Array.from({ length: 100 }, () => 0);
    let sum = 0;
    for (let i = 0; i < n; i += 1) {
      const x = random();
      expect(x >= 0 && x < 1).toBe(true);
      sum += x;
      bins[Math.floor(x * 100)] = (bins[Math.floor(x * 100)] as number) + 1;
    }
    expect(sum / n).toBeCloseTo(0.5, 2);
    const chiSquare = bins.reduce((total, count) => total + (count - n / 100) ** 2 / (n / 100), 0);
    expect(chiSquare).toBeLessThan(149); // 99.9 % quantile with 99 degrees of freedom
    expect(chiSquare).toBeGreaterThan(60);
  });

  it('refuses a seed that is not a number', () => {
    expect(() => createRandom(NaN)).toThrow(RangeError);
  });
});

describe('what is drawn with it', () => {
  it('integers cover the range', () => {
    const random = createRandom(3);
    const seen = new Set(Array.from({ length: 200 }, () => randomInteger(random, 6)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('a shuffle keeps the items and puts each first equally often', () => {
    const random = createRandom(5);
    const firsts = new Map<string, number>();
    for (let i = 0; i < 3000; i += 1) {
      const result = shuffled(['a', 'b', 'c'], random);
      expect(result.toSorted()).toEqual(['a', 'b', 'c']);
      firsts.set(result[0] as string, (firsts.get(result[0] as string) ?? 0) + 1);
    }
    for (const count of firsts.values()) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });

  it('normal numbers have mean 0 and variance 1', () => {
    const random = createRandom(6);
    const values = Array.from({ length: 20_000 }, () => randomNormal(random));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + b * b, 0) / values.length - mean * mean;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});
