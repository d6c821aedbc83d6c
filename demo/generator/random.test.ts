import { expect, it } from 'vitest';
import { between, chanceOf, pick, shuffled, wholeBetween } from './random.ts';

it('gives the same numbers for the same name and others for another', () => {
  const take = (key: string): number[] => Array.from({ length: 5 }, chanceOf(key));
  expect(take('a')).toEqual(take('a'));
  expect(take('a')).not.toEqual(take('b'));
});

it('fills [0, 1) evenly', () => {
  const chance = chanceOf('even');
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 20_000; draw += 1) {
    const tenth = Math.floor(chance() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

it('draws whole numbers with both ends, and shuffles without loss', () => {
  const chance = chanceOf('whole');
  const drawn = new Set(Array.from({ length: 200 }, () => wholeBetween(chance, 1, 3)));
  expect(drawn).toEqual(new Set([1, 2, 3]));
  expect([...shuffled(chance, [1, 2, 3, 4, 5])].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
  expect(between(chance, 5, 5)).toBe(5);
  expect(() => pick(chance, [])).toThrow(RangeError);
});
