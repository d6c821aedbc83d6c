import { expect, it } from 'vitest';
import { meanByGroup } from './mean-by-group.ts';
import { createRandom, randomNormal } from './random.ts';

it('is Student\'s interval where each value is a group', () => {
  // 4 ± t(0.975, 4) × sd / √5 = 4 ± 2.7764 × 1.5811
  const { mean, lower, upper } = meanByGroup([1, 2, 3, 4, 10].map((sum) => ({ count: 1, sum })));
  expect(mean).toBe(4);
  expect(lower).toBeCloseTo(-0.3895, 3);
  expect(upper).toBeCloseTo(8.3895, 3);
});

it('knows nothing from one group, nor from none', () => {
  expect(meanByGroup([{ count: 5, sum: 10 }])).toEqual({ mean: 2, lower: -Infinity, upper: Infinity });
  expect(meanByGroup([])).toEqual({ mean: 0, lower: -Infinity, upper: Infinity });
});

it('covers where values of a group are copies and groups differ in size', () => {
  const random = createRandom(5);
  let covered = 0;
  for (let trial = 0; trial < 1_000; trial += 1) {
    const groups = Array.from({ length: 30 }, () => { const count = 1 + Math.floor(random() * 8); return { count, sum: count * randomNormal(random) }; });
    const { lower, upper } = meanByGroup(groups);
    covered += Number(lower <= 0 && 0 <= upper);
  }
  expect(covered / 1_000).toBeGreaterThan(0.925);
  expect(covered / 1_000).toBeLessThan(0.975);
});
