import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { probabilitiesOf } from './raw-scores.ts';

describe('scores of a model outside', () => {
  test.prop([fc.array(fc.option(fc.double({ min: -1000, max: 1000, noNaN: true })), { minLength: 2, maxLength: 8 })])('FLAG15: become probabilities that sum to 1 and keep their order', (scores) => {
    const probabilities = probabilitiesOf(scores);
    expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
    for (const [a, first] of scores.entries()) {
      for (const [b, second] of scores.entries()) if (first !== null && second !== null && first > second) expect(probabilities[a]).toBeGreaterThanOrEqual(probabilities[b]!);
    }
  });
  it('FLAG15: that are probabilities stay what they are; logits go through a softmax; what is not named has none', () => {
    expect(probabilitiesOf([0.2, 0.8])).toEqual([0.2, 0.8]);
    expect(probabilitiesOf([0.2, 0.2, null])).toEqual([0.5, 0.5, 0]);
    expect(probabilitiesOf([0, Math.log(3), null].map((each) => (each === null ? null : each + 5)))).toEqual([expect.closeTo(0.25), expect.closeTo(0.75), 0]);
  });
});
