/** A source of numbers in [0, 1). Everything in the core that needs chance takes one of these. */
export type Random = () => number;

/**
 * Seeded generator: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018),
 * state filled by splitmix32 so that neighbouring seeds give unrelated streams. Two 32-bit draws make one number
 * of 53 bits. Same seed, same numbers, on every machine. Not for secrets.
 *
 * @param seed any finite number; its integer part is used, up to 2^53
 * @throws RangeError when the seed is not finite
 */
export function createRandom(seed: number): Random {
  if (!Number.isFinite(seed)) throw new RangeError('a seed must be a finite number');
  const fill = splitMix32(seed);
  const state = new Uint32Array([fill(), fill(), fill(), fill()]);
  return () => (nextWord(state) >>> 5) * 2 ** -27 + (nextWord(state) >>> 6) * 2 ** -53;
}

/** An integer in 0 … below - 1, each equally likely (the bias of scaling 53 bits is below 2^-21 for below < 2^32). */
export function randomInteger(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** A new array with the same items in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = randomInteger(random, last + 1);
    const kept = result[last] as T;
    result[last] = result[other] as T;
    result[other] = kept;
  }
  return result;
}

/** A standard normal number by the polar method (Marsaglia and Bray 1964). */
export function randomNormal(random: Random): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

function splitMix32(seed: number): () => number {
  const whole = Math.trunc(seed);
  let low = whole >>> 0;
  const high = Math.floor(Math.abs(whole) / 2 ** 32) >>> 0;
  return () => {
    low = (low + 0x9e3779b9) >>> 0;
    let word = low ^ Math.imul(high, 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
}

function nextWord(state: Uint32Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = state;
  const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
  const third = c ^ a;
  const fourth = d ^ b;
  state[1] = b ^ third;
  state[0] = a ^ fourth;
  state[2] = third ^ (b << 9);
  state[3] = rotateLeft(fourth, 11);
  return result;
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
