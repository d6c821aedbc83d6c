import { binomialCdf, binomialSurvival } from './binomial.ts';
import { bisect, type Interval, requireCount, requireShare } from './interval.ts';
import { normalQuantile } from './normal.ts';

/**
 * Exact two-sided interval for a proportion (Clopper and Pearson 1934): covers at least `level` whatever the truth.
 *
 * @param k how many of the `n` had the property, 0 ≤ k ≤ n; n = 0 gives [0, 1]
 * @param level confidence, for example 0.95
 * @throws RangeError on impossible counts or level
 */
export function clopperPearson(k: number, n: number, level = 0.95): Interval {
  const tail = (1 - level) / 2;
  return { lower: clopperPearsonLower(k, n, 1 - tail), upper: clopperPearsonUpper(k, n, 1 - tail) };
}

/** Exact one-sided upper bound: the truth is at or below it with probability ≥ `confidence`. */
export function clopperPearsonUpper(k: number, n: number, confidence = 0.95): number {
  requireProportion(k, n, confidence);
  if (k === n) return 1;
  // P(X ≤ k | p) falls as p rises; the bound is where it has fallen to 1 - confidence.
  return bisect((p) => binomialCdf(k, n, p) - (1 - confidence), 0, 1, false);
}

/** Exact one-sided lower bound: the truth is at or above it with probability ≥ `confidence`. */
export function clopperPearsonLower(k: number, n: number, confidence = 0.95): number {
  requireProportion(k, n, confidence);
  if (k === 0) return 0;
  return bisect((p) => binomialSurvival(k, n, p) - (1 - confidence), 0, 1, true);
}

/**
 * Score interval for a proportion (Wilson 1927). Shorter than Clopper-Pearson, covers `level` on average.
 * `k` and `n` may be fractions, so that an effective sample size can be used; n = 0 gives [0, 1].
 */
export function wilson(k: number, n: number, level = 0.95): Interval {
  requireShare('level', level);
  if (!(n >= 0) || !(k >= 0) || k > n) throw new RangeError(`need 0 ≤ k ≤ n, got ${k} of ${n}`);
  if (n === 0) return { lower: 0, upper: 1 };
  const z = normalQuantile((1 + level) / 2);
  const share = k / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At the ends the formula is exactly 0 or 1; rounding must not move it.
  return { lower: k === 0 ? 0 : Math.max(0, centre - half), upper: k === n ? 1 : Math.min(1, centre + half) };
}

/**
 * Interval for p1 - p2 of two *independent* groups (Newcombe 1998, method 10), from two Wilson intervals.
 * For two models on the same images use `pairedDifference` instead.
 */
export function newcombeDifference(k1: number, n1: number, k2: number, n2: number, level = 0.95): Interval {
  if (n1 === 0 || n2 === 0) return { lower: -1, upper: 1 };
  const first = wilson(k1, n1, level);
  const second = wilson(k2, n2, level);
  const p1 = k1 / n1;
  const p2 = k2 / n2;
  return {
    lower: p1 - p2 - Math.hypot(p1 - first.lower, second.upper - p2),
    upper: p1 - p2 + Math.hypot(first.upper - p1, p2 - second.lower),
  };
}

function requireProportion(k: number, n: number, confidence: number): void {
  requireCount('k', k);
  requireCount('n', n);
  requireShare('confidence', confidence);
  if (k > n) throw new RangeError(`k (${k}) exceeds n (${n})`);
}
