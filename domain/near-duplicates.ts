/** A picture's place among those that may be copies of it. */
export interface HashedImage {
  /** Perceptual hash, 64 bits. */
  readonly hash: bigint;
  readonly at: Date;
}

/** Alike pictures that are a day or more apart are two occasions. */
export const nearDuplicateMs = 24 * 3600 * 1000;
const hashBits = 64;

function bitsOf(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return (((count + (count >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/**
 * Tells each pair of images whose hashes are at most `bits` apart, less than a day from one another; positions in `images`.
 * Two hashes that differ in at most `bits` bits agree in at least one of `bits` + 1 parts, so only those that share a part
 * are held against one another (pigeonhole principle, as in Manku and others 2007). A pair may be told more than once.
 * @param bits below 0 tells none
 */
export function nearPairs(images: readonly HashedImage[], bits: number, tell: (a: number, b: number) => void): void {
  if (bits < 0) return;
  const high = Int32Array.from(images, ({ hash }) => Number(BigInt.asIntN(32, hash >> 32n)));
  const low = Int32Array.from(images, ({ hash }) => Number(BigInt.asIntN(32, hash)));
  const at = Float64Array.from(images, (image) => image.at.getTime());
  const byTime = images.map((_, position) => position).toSorted((a, b) => (at[a] as number) - (at[b] as number));
  for (const [shift, width] of partsOf(bits + 1)) {
    const mask = (1n << BigInt(width)) - 1n;
    const buckets = Map.groupBy(byTime, (position) => (((images[position] as HashedImage).hash >> BigInt(shift)) & mask));
    for (const bucket of buckets.values()) {
      for (let i = 1; i < bucket.length; i += 1) {
        const a = bucket[i] as number;
        for (let j = i - 1; j >= 0; j -= 1) {
          const b = bucket[j] as number;
          if ((at[a] as number) - (at[b] as number) >= nearDuplicateMs) break;
          const distance = bitsOf((high[a] as number) ^ (high[b] as number)) + bitsOf((low[a] as number) ^ (low[b] as number));
          if (distance > bits) continue;
          tell(a, b);
          // The same hash again: what is near one is near the other, and the other has looked already.
          if (distance === 0) break;
        }
      }
    }
  }
}

/** Where each part of a hash begins, and how wide it is. */
function partsOf(count: number): [number, number][] {
  const parts = Math.min(count, hashBits);
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [Math.floor((part * hashBits) / parts), Math.floor(((part + 1) * hashBits) / parts)];
    return [from, to - from];
  });
}
