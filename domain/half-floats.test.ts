import { expect, it } from 'vitest';
import { copyHalfFloatRow, halfFloatRow, halfFloatsOf, toHalfFloats } from './half-floats.ts';

const rows = [Float32Array.of(0, 1, -2.5, 0.125), Float32Array.of(3, 0.1, 65_000, -1e-4)];

it('gives rows back to eleven bits, from any view of memory', () => {
  const block = toHalfFloats(rows);
  const odd = new Uint8Array(block.length + 1);
  odd.set(block, 1);
  for (const view of [block, odd.subarray(1), Buffer.from(odd).subarray(1)]) {
    rows.forEach((row, at) => halfFloatRow(view, at, 4).forEach((value, i) => expect(value).toBeCloseTo(row[i] as number, Math.abs(row[i] as number) > 100 ? -2 : 3)));
    const into = new Float32Array(9);
    rows.forEach((_, at) => copyHalfFloatRow(halfFloatsOf(view), at, 4, into, 1 + 4 * at));
    expect([...into]).toEqual([0, ...halfFloatRow(view, 0, 4), ...halfFloatRow(view, 1, 4)]);
  }
});
it('refuses a row past the end', () => {
  expect(() => halfFloatRow(toHalfFloats(rows), 2, 4)).toThrow(RangeError);
  expect(() => copyHalfFloatRow(halfFloatsOf(toHalfFloats(rows)), 2, 4, new Float32Array(4), 0)).toThrow(RangeError);
  expect(() => copyHalfFloatRow(halfFloatsOf(toHalfFloats(rows)), 1, 4, new Float32Array(4), 1)).toThrow(RangeError);
});
