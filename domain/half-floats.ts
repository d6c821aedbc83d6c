/** Numbers in half precision (IEEE 754 binary16), little-endian: embeddings keep 11 bits, which no head notices. */
export function toHalfFloats(values: readonly Float32Array[]): Uint8Array {
  const all = Float16Array.from(values.flatMap((each) => Array.from(each)));
  return new Uint8Array(all.buffer);
}

/** One row of a block. @throws RangeError where the block ends before it */
export function halfFloatRow(block: Uint8Array, row: number, dimensions: number): Float32Array {
  const start = row * dimensions * 2;
  if (start + dimensions * 2 > block.byteLength) throw new RangeError('The block has no such row.');
  // Copied first: a Node Buffer's own slice shares its memory, and half floats need an even start.
  const own = new Uint8Array(block.subarray(start, start + dimensions * 2));
  return Float32Array.from(new Float16Array(own.buffer));
}

/**
 * Writes a row of a block into `into` from `at` on. A loop, not `set`: the engine turns it into the processor's own
 * conversion, several times as fast.
 * @throws RangeError where the block ends before the row, or `into` before its place
 */
export function copyHalfFloatRow(block: Float16Array, row: number, dimensions: number, into: Float32Array, at: number): void {
  const start = row * dimensions;
  if (start + dimensions > block.length || at + dimensions > into.length) throw new RangeError('The block has no such row.');
  for (let i = 0; i < dimensions; i += 1) into[at + i] = block[start + i] as number;
}

/** Half floats over the same memory; copied where they would begin at an odd byte. */
export function halfFloatsOf(block: Uint8Array): Float16Array {
  const length = Math.floor(block.byteLength / 2);
  return block.byteOffset % 2 === 0 ? new Float16Array(block.buffer, block.byteOffset, length) : new Float16Array(new Uint8Array(block).buffer, 0, length);
}
