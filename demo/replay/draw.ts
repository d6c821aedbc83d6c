import { createHash } from 'node:crypto';

/** Chance by name: the same seed and text give the same number in [0, 1), whatever else is drawn. */
export function createDraw(seed: number): (text: string) => number {
  return (text) => createHash('sha256').update(`${seed}\n${text}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
