import jstat from 'jstat';

/** Quantile of the standard normal distribution; `p` strictly between 0 and 1. */
export function normalQuantile(p: number): number {
  return jstat.normal.inv(p, 0, 1);
}

/** Probability that a standard normal number is at most `x`. */
export function normalCdf(x: number): number {
  return jstat.normal.cdf(x, 0, 1);
}
