import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { decodeHead, encodeHead } from './head-file.ts';
import { halfFloatRow, toHalfFloats } from './half-floats.ts';
import type { Head } from './ports.ts';

const heads: fc.Arbitrary<Head> = fc.record({ classes: fc.integer({ min: 1, max: 6 }), dimensions: fc.integer({ min: 1, max: 9 }), centroids: fc.boolean(), l2: fc.boolean(), temperature: fc.double({ min: 0.01, max: 50, noNaN: true }) })
  .chain(({ classes, dimensions, centroids, l2, temperature }) => {
    const values = (length: number) => fc.float32Array({ minLength: length, maxLength: length, noNaN: true });
    return fc.tuple(values(classes * dimensions), values(classes), values(classes * dimensions)).map(([weights, bias, middle]): Head => ({
      classIds: Array.from({ length: classes }, (_, at) => at * 3), dimensions, weights, bias, temperature, normalise: l2 ? 'l2' : 'none', centroids: centroids ? middle : null,
    }));
  });

describe('a head as a file', () => {
  test.prop([heads])('HEAD1: what is read is what was written, to the bit', (head) => {
    expect(decodeHead(encodeHead(head))).toEqual(head);
  });
  test.prop([heads, fc.nat()])('HEAD2: a file cut short or with something behind it is refused', (head, at) => {
    const bytes = encodeHead(head);
    const refused = expect.objectContaining({ code: 'MODEL_FILE_INVALID' });
    expect(() => decodeHead(bytes.slice(0, at % bytes.length))).toThrow(refused);
    expect(() => decodeHead(new Uint8Array([...bytes, 0]))).toThrow(refused);
  });
  it('HEAD2: something else altogether is refused by the same code', () => {
    for (const text of ['', '\n', 'no json\n', '{}\n', '{"format":"perennial-head-1"}\n', '[1]\n', 'null\n']) {
      expect(() => decodeHead(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: 'MODEL_FILE_INVALID' }));
    }
  });
  test.prop([heads])('HEAD1: also where the bytes lie at an odd place of a larger buffer', (head) => {
    const bytes = encodeHead(head);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeHead(shifted.subarray(3))).toEqual(head);
  });
});

describe('embeddings in half precision', () => {
  test.prop([fc.array(fc.float32Array({ minLength: 5, maxLength: 5, min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 5 }), fc.nat()])('EMB1: a row comes back within 11 bits', (rows, pick) => {
    const row = pick % rows.length;
    const read = halfFloatRow(toHalfFloats(rows), row, 5);
    read.forEach((value, at) => expect(Math.abs(value - rows[row]![at]!)).toBeLessThanOrEqual(Math.abs(rows[row]![at]!) * 2 ** -11 + 2 ** -25));
  });
  it('EMB1: a row that is not there is refused', () => {
    expect(() => halfFloatRow(toHalfFloats([new Float32Array(5)]), 1, 5)).toThrow(RangeError);
  });
});
