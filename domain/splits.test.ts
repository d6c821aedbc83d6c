import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitFor } from './splits.ts';

it('SPLIT1 gives a group the same side every time', () => {
  fc.assert(fc.property(fc.string(), fc.constantFrom('start' as const, 'audit' as const, 'flagged' as const), (groupKey, origin) => {
    expect(splitFor({ groupKey, origin })).toBe(splitFor({ groupKey, origin }));
  }));
});

it('SPLIT2 holds all audit groups out, and no flagged one', () => {
  fc.assert(fc.property(fc.string(), (groupKey) => {
    expect(splitFor({ groupKey, origin: 'audit' })).toBe('test');
    expect(splitFor({ groupKey, origin: 'flagged' })).not.toBe('test');
  }));
});

it('SPLIT3 divides a labelled start about 70, 15 and 15', () => {
  const sides = Array.from({ length: 20_000 }, (_, at) => splitFor({ groupKey: `camera-${at}/2026-01-01`, origin: 'start' }));
  const share = (split: string): number => sides.filter((each) => each === split).length / sides.length;
  expect(share('train')).toBeCloseTo(0.7, 1);
  expect(share('validation')).toBeGreaterThan(0.13);
  expect(share('validation')).toBeLessThan(0.17);
  expect(share('test')).toBeGreaterThan(0.13);
  expect(share('test')).toBeLessThan(0.17);
});
