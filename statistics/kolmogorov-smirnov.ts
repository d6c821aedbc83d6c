import { sortedSample } from './drift-distance.ts';

export interface KolmogorovSmirnov {
  /** largest distance between the two empirical distribution functions, 0 to 1 */
  readonly statistic: number;
  readonly p: number;
  readonly method: 'exact' | 'asymptotic';
}

const EXACT_CELLS_MAX = 250_000;

/**
 * Two-sample, two-sided Kolmogorov-Smirnov test. Exact by counting lattice paths while m × n ≤ 250,000, else by
 * Kolmogorov's limit with Stephens' small-sample term. With ties (scores rounded, say) the p value is too large.
 *
 * @throws RangeError when a sample is empty or holds NaN
 */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): KolmogorovSmirnov {
  const a = sortedSample(first);
  const b = sortedSample(second);
  const statistic = largestGap(a, b);
  if (a.length * b.length <= EXACT_CELLS_MAX) {
    return { statistic, p: exactP(statistic, a.length, b.length), method: 'exact' };
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { statistic, p: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic), method: 'asymptotic' };
}

function largestGap(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let gap = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i += 1;
    while (j < b.length && (b[j] as number) <= value) j += 1;
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length));
  }
  return gap;
}

/** P(D ≥ d) as one minus the share of lattice paths from (0,0) to (m,n) that stay strictly inside the band. */
function exactP(d: number, m: number, n: number): number {
  const limit = d - 1e-9; // paths reaching d itself count as "at least as extreme"; the slack is for rounding
  const inside = (i: number, j: number): boolean => Math.abs(i / m - j / n) < limit;
  // row[j] holds the probability that a random path passes (i, j) without having left the band.
  const row = new Float64Array(n + 1);
  row[0] = 1;
  for (let i = 0; i <= m; i += 1) {
    for (let j = 0; j <= n; j += 1) {
      if (i === 0 && j === 0) continue;
      // A uniformly random path reaches (i, j) from the left with chance proportional to the steps left to take.
      const fromAbove = i > 0 ? (row[j] as number) * ((m - i + 1) / (m - i + 1 + n - j)) : 0;
      const fromLeft = j > 0 ? (row[j - 1] as number) * ((n - j + 1) / (n - j + 1 + m - i)) : 0;
      row[j] = inside(i, j) ? fromAbove + fromLeft : 0;
    }
  }
  return d <= 0 ? 1 : Math.min(1, Math.max(0, 1 - (row[n] as number)));
}

function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-16) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
