import { expect, it } from 'vitest';
import { createInputBuffers } from './input-buffers.ts';

it('gives the same memory again, to one at a time', () => {
  const buffers = createInputBuffers(2);
  const first = buffers.take(12);
  buffers.give(first);
  buffers.give(first);
  const second = buffers.take(12);
  expect(second).toBe(first);
  expect(buffers.take(12)).not.toBe(first);
});

it('keeps sizes apart, keeps no more than the most, and leaves alone what is not its own', () => {
  const buffers = createInputBuffers(1);
  const [small, large] = [buffers.take(3), buffers.take(6)];
  buffers.give(new Float32Array(3));
  expect(buffers.take(3)).not.toBe(small);
  buffers.give(small);
  buffers.give(large);
  expect(buffers.take(6)).not.toBe(large);
  expect(buffers.take(3)).toBe(small);
});
