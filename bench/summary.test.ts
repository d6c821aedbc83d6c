import { describe, expect, it } from 'vitest';
import { median, summaryOf } from './summary.ts';

describe('the summary of a measure', () => {
  it('takes the middle, or the mean of the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });

  it('is the median of the ratios turn by turn, not the ratio of the medians', () => {
    const summary = summaryOf({ of: 'x', ours: [10, 20, 90], against: { name: 'raw', samples: [10, 40, 100] }, mark: { atLeast: 0.9 } });
    expect(summary).toMatchObject({ ours: 20, theirs: 40, ratio: 0.9, spread: [0.5, 1], turns: 3, reached: true });
  });

  it('judges both sides of the mark, on the value where nothing stands against it', () => {
    const of = (value: number) => summaryOf({ of: 'MB', ours: [value], mark: { atMost: 600 } }).reached;
    expect([of(600), of(600.1)]).toEqual([true, false]);
    expect(summaryOf({ of: 'MB', ours: [1] }).reached).toBe(null);
  });

  it('refuses sides that did not take turns', () => {
    expect(() => summaryOf({ of: 'x', ours: [1, 2], against: { name: 'raw', samples: [1] } })).toThrow('both sides');
    expect(() => summaryOf({ of: 'x', ours: [] })).toThrow('at least one');
  });
});
