import { expect, it } from 'vitest';
import { nearestRows, unitRows } from './nearest.ts';

const of = (...values: number[]): Float32Array => Float32Array.from(values);
const rows = unitRows([of(1, 0), of(0, 5), of(3, 3), of(-2, 0), of(0, 0)]);

it('NEAR1 finds the nearest by direction, whatever the length, nearest first', () => {
  expect(nearestRows(rows, of(10, 1), 3).map((each) => each.at)).toEqual([0, 2, 1]);
  expect(nearestRows(rows, of(10, 0), 1)).toEqual([{ at: 0, similarity: 1 }]);
  expect(nearestRows(rows, of(1, 0), 9).at(-1)).toEqual({ at: 3, similarity: -1 });
});

it('NEAR2 agrees with sorting all of them', () => {
  const many = Array.from({ length: 200 }, (_, at) => Float32Array.from({ length: 7 }, (_value, i) => Math.sin(at * 13 + i * 7)));
  const asked = Float32Array.from({ length: 7 }, (_, i) => Math.cos(i));
  const all = nearestRows(unitRows(many), asked, 200);
  expect(all.map((each) => each.similarity)).toEqual(all.map((each) => each.similarity).toSorted((a, b) => b - a));
  expect(nearestRows(unitRows(many), asked, 10)).toEqual(all.slice(0, 10));
});

it('NEAR3 has no answer for another number of figures, or from no rows', () => {
  expect(nearestRows(rows, of(1, 0, 0), 3)).toEqual([]);
  expect(nearestRows(unitRows([]), of(1), 3)).toEqual([]);
  expect(nearestRows(rows, of(1, 0), 0)).toEqual([]);
});
