import { expect, it } from 'vitest';
import { halfFloatRow, toHalfFloats } from './half-floats.ts';

const rows = [Float32Array.of(0, 1, -2.5, 0.125), Float32Array.of(3, 0.1, 65_000, -1e-4)];

it('gives rows back to eleven bits, from any view of memory', () => {
  const block = toHalfFloats(rows);
  const odd = new Uint8Array(block.length + 1);
  odd.set(block, 1);
  for (const view of [block, odd.subarray(1), Buffer.from(odd).subarray(1)]) {
    rows.forEach((row, at) => halfFloatRow(view, at, 4).forEach((value, i) => expect(value).toBeCloseTo(row[i] as number, Math.abs(row[i] as number) > 100 ? -2 : 3)));
  }
});
it('refuses a row past the end', () => {
  expect(() => halfFloatRow(toHalfFloats(rows), 2, 4)).toThrow(RangeError);
});
