import { describe, expect, it } from 'vitest';
import { flaggedValidation, labelledStart, shareOf, splitFor } from './splits.ts';

const groups = Array.from({ length: 20_000 }, (_, n) => `camera-${n % 40}/burst-${n}`);
const shareThat = (origin: 'start' | 'flagged', split: string): number => groups.filter((groupKey) => splitFor({ groupKey, origin }) === split).length / groups.length;

describe('sides of a dataset', () => {
  it('SPLIT1 a group falls on the same side each time', () => {
    for (const groupKey of groups.slice(0, 100)) expect(splitFor({ groupKey, origin: 'start' })).toBe(splitFor({ groupKey, origin: 'start' }));
  });
  it('SPLIT2 a labelled start is parted as its shares say', () => {
    expect(shareThat('start', 'test')).toBeCloseTo(labelledStart.test, 1);
    expect(shareThat('start', 'validation')).toBeCloseTo(labelledStart.validation, 1);
  });
  it('SPLIT3 flagged images are never held out, for they were picked for being hard', () => {
    expect(shareThat('flagged', 'test')).toBe(0);
    expect(shareThat('flagged', 'validation')).toBeCloseTo(flaggedValidation, 1);
  });
  it('SPLIT4 audit images are always held out', () => {
    expect(groups.every((groupKey) => splitFor({ groupKey, origin: 'audit' }) === 'test')).toBe(true);
  });
  it('SPLIT5 shares are even: near names do not fall near one another', () => {
    const bins = Array.from({ length: 10 }, () => 0);
    for (const group of groups) bins[Math.floor(shareOf(group) * 10)] = (bins[Math.floor(shareOf(group) * 10)] ?? 0) + 1;
    for (const bin of bins) expect(bin / groups.length).toBeCloseTo(0.1, 1);
  });
});
