import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { isDeeper, jsonDepthMax } from './json-depth.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const depthOf = (value: unknown): number => (typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf)));

describe('F32 how deep a body is', () => {
  it('is taken up to the limit and refused beyond it', () => {
    expect(isDeeper(bytes(nested(jsonDepthMax)))).toBe(false);
    expect(isDeeper(bytes(nested(jsonDepthMax + 1)))).toBe(true);
    expect(isDeeper(bytes('{"a":'.repeat(10_000)))).toBe(true);
  });
  it('does not count what stands in a text', () => {
    expect(isDeeper(bytes(JSON.stringify({ a: `${nested(100)}"\\` })))).toBe(false);
    expect(isDeeper(bytes(`"\\"${nested(100)}"`))).toBe(false);
    expect(isDeeper(bytes(`"\\\\"${nested(100)}`))).toBe(true);
  });
  test.prop([fc.jsonValue({ maxDepth: 6 })])('is what walking the value finds', (value) => {
    const text = bytes(JSON.stringify(value));
    expect(isDeeper(text, depthOf(value))).toBe(false);
    if (depthOf(value) > 0) expect(isDeeper(text, depthOf(value) - 1)).toBe(true);
  });
});
