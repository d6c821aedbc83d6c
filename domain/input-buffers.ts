/** Buffers of the model's input, used again and again: half a megabyte an image is otherwise garbage, and collecting it costs as much as decoding. */
export interface InputBuffers {
  /** A buffer of that many values, with what was in it before. */
  take(length: number): Float32Array;
  /** Gives one back that nobody reads any more; what was not taken here is left alone. */
  give(buffer: Float32Array): void;
}

/** @param keptMax most buffers kept for the next; those beyond are garbage */
export function createInputBuffers(keptMax: number): InputBuffers {
  const free = new Map<number, Float32Array[]>();
  const ours = new WeakSet<Float32Array>();
  let kept = 0;
  return {
    take(length) {
      const found = free.get(length)?.pop();
      if (found !== undefined) {
        kept -= 1;
        ours.add(found);
        return found;
      }
      // Shared between threads, so that inference reads it where it is.
      const made = new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
      ours.add(made);
      return made;
    },
    give(buffer) {
      // Given back twice, it would be in use twice.
      if (!ours.delete(buffer) || kept >= keptMax) return;
      kept += 1;
      const same = free.get(buffer.length) ?? [];
      same.push(buffer);
      free.set(buffer.length, same);
    },
  };
}
