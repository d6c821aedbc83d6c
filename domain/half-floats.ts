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
