import { binomialSurvival } from './binomial.ts';
import { requireCount } from './interval.ts';

/** p values of the exact McNemar test; `newBetter` is one-sided for "new is right more often than old". */
export interface McNemar {
  readonly twoSided: number;
  readonly newBetter: number;
  readonly newWorse: number;
}

/**
 * Exact McNemar test on paired right/wrong outcomes (binomial on the pairs in which the two differ).
 * Dietterich 1998 recommends it for two classifiers on one test set. Near-copies must be collapsed first.
 *
 * @param newOnly images where only the new model is right, ≥ 0
 * @param oldOnly images where only the old model is right, ≥ 0; with no disagreement every p is 1
 */
export function exactMcNemar(newOnly: number, oldOnly: number): McNemar {
  requireCount('newOnly', newOnly);
  requireCount('oldOnly', oldOnly);
  const n = newOnly + oldOnly;
  const newBetter = binomialSurvival(newOnly, n, 0.5);
  const newWorse = binomialSurvival(oldOnly, n, 0.5);
  return { twoSided: Math.min(1, 2 * Math.min(newBetter, newWorse)), newBetter, newWorse };
}
