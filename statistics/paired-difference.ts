import { bisect, type Interval, requireCount, requireShare } from './interval.ts';
import { normalQuantile } from './normal.ts';

/** How two models did on the same `n` images. */
export interface PairedCounts {
  /** images where only the new model is right */
  readonly newOnly: number;
  /** images where only the old model is right */
  readonly oldOnly: number;
  /** all images compared */
  readonly n: number;
}

/** (new − old) accuracy, as a share (0.01 is one point), with bounds. */
export interface PairedDifference extends Interval {
  readonly difference: number;
}

/**
 * Score interval for the difference of two accuracies measured on the same images (Tango 1998, Statistics in
 * Medicine 17:891). Holds its level at small n and without any disagreement, where the usual interval has no width.
 *
 * @param level two-sided confidence; n = 0 gives [-1, 1]
 * @throws RangeError on impossible counts or level
 */
export function pairedDifference(counts: PairedCounts, level = 0.95): PairedDifference {
  requireShare('level', level);
  const confidence = (1 + level) / 2;
  return {
    difference: counts.n === 0 ? 0 : (counts.newOnly - counts.oldOnly) / counts.n,
    lower: pairedLowerBound(counts, confidence),
    upper: pairedUpperBound(counts, confidence),
  };
}

/** One-sided lower bound of (new − old): what "not worse than −margin" is judged by (`confidence` 0.95). */
export function pairedLowerBound(counts: PairedCounts, confidence = 0.95): number {
  return bound(counts, confidence, 1);
}

/** One-sided upper bound of (new − old): what "surely worse than −margin" is judged by. */
export function pairedUpperBound(counts: PairedCounts, confidence = 0.95): number {
  return bound(counts, confidence, -1);
}

function bound(counts: PairedCounts, confidence: number, side: 1 | -1): number {
  requirePairs(counts);
  requireShare('confidence', confidence);
  const { newOnly, oldOnly, n } = counts;
  if (n === 0) return -side;
  if (side === 1 ? oldOnly === n : newOnly === n) return -side;
  const z = side * normalQuantile(confidence);
  // The score falls as the supposed difference rises, from above +z at -1 to below -z at +1.
  return bisect((difference) => score(counts, difference) - z, -1, 1, false);
}

/** Tango's score statistic at a supposed difference: (b − c − nΔ) over its standard error with q21 fitted under Δ. */
function score({ newOnly, oldOnly, n }: PairedCounts, difference: number): number {
  const a = 2 * n;
  const b = (2 * n - newOnly + oldOnly) * difference - newOnly - oldOnly;
  const c = -oldOnly * difference * (1 - difference);
  const q21 = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const variance = n * (2 * q21 + difference * (1 - difference));
  const distance = newOnly - oldOnly - n * difference;
  if (variance <= 0) return distance === 0 ? 0 : Math.sign(distance) * Infinity;
  return distance / Math.sqrt(variance);
}

function requirePairs({ newOnly, oldOnly, n }: PairedCounts): void {
  requireCount('newOnly', newOnly);
  requireCount('oldOnly', oldOnly);
  requireCount('n', n);
  if (newOnly + oldOnly > n) throw new RangeError(`disagreements (${newOnly + oldOnly}) exceed n (${n})`);
}
