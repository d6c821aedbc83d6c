import { incompleteBeta } from './incomplete-beta.ts';

/**
 * P(X ≤ k) for X binomial(n, p), through the incomplete beta function, so it stays exact for n in the millions.
 * `k` below 0 gives 0, `k` ≥ `n` gives 1.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - k, k + 1);
}

/** P(X ≥ k) for X binomial(n, p), computed as an upper tail, not as one minus the rest. */
export function binomialSurvival(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(p, k, n - k + 1);
}
