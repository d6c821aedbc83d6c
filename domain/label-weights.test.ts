import { fc, test } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import { countsForMax, labelWeights } from './label-weights.ts';

it('WEIGHT1: a label counts for the images of its window that have none; a labelled start for itself', () => {
  const windowOf = new Map([['a', 1], ['b', 1], ['c', 2]]);
  expect([...labelWeights(['a', 'b', 'c', 'start'], { windowOf, arrived: new Map([[1, 5], [2, 3]]) })]).toEqual([2.5, 2.5, 3, 1]);
});

it('WEIGHT2: never more than the most, never less than itself', () => {
  const windowOf = new Map([['few', 1], ['all', 2]]);
  expect([...labelWeights(['few', 'all'], { windowOf, arrived: new Map([[1, 1000], [2, 1]]) })]).toEqual([countsForMax, 1]);
  expect([...labelWeights(['few'], { windowOf, arrived: new Map() })]).toEqual([1]);
});

test.prop([fc.array(fc.nat(4), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3 })])('WEIGHT3: within the bounds the weights of a window add up to what came in it', (windows, factor) => {
  const ids = windows.map((_, at) => String(at));
  const windowOf = new Map(windows.map((window, at) => [String(at), window]));
  const arrived = new Map([0, 1, 2, 3, 4].map((window) => [window, factor * windows.filter((each) => each === window).length]));
  const weights = labelWeights(ids, { windowOf, arrived });
  for (const window of new Set(windows)) {
    expect(windows.reduce((sum, each, at) => sum + (each === window ? (weights[at] as number) : 0), 0)).toBeCloseTo(arrived.get(window) as number, 3);
  }
});
