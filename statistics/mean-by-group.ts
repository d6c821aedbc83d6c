import jstat from 'jstat';
import { type Interval, requireShare } from './interval.ts';

/** What one group holds together: how many values, and their sum. */
export interface GroupSum {
  readonly count: number;
  readonly sum: number;
}

/**
 * Mean over all values with Student's interval, where values of one group are not independent: the variance is that of the
 * groups' sums about the common mean (linearised ratio, Cochran 1977, 6.3), with as many degrees of freedom as groups less one.
 * @returns infinite bounds for fewer than two groups: one burst says nothing about the next
 */
export function meanByGroup(groups: readonly GroupSum[], level = 0.95): Interval & { readonly mean: number } {
  requireShare('level', level);
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const mean = count === 0 ? 0 : groups.reduce((sum, group) => sum + group.sum, 0) / count;
  const k = groups.length;
  if (k < 2 || count === 0) return { mean, lower: -Infinity, upper: Infinity };
  const squares = groups.reduce((sum, group) => sum + (group.sum - mean * group.count) ** 2, 0);
  const error = (Math.sqrt((squares * k) / (k - 1)) / count) * jstat.studentt.inv(1 - (1 - level) / 2, k - 1);
  return { mean, lower: mean - error, upper: mean + error };
}
