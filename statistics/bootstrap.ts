import jstat from 'jstat';
import { quantileSorted } from 'simple-statistics';
import { type Interval, requireShare } from './interval.ts';
import { normalCdf } from './normal.ts';
import { type Random, randomInteger } from './random.ts';

export interface BootstrapOptions {
  /** how many times to draw, ≥ 1; 10,000 for a gate */
  readonly resamples?: number;
  readonly level?: number;
  readonly random: Random;
}

export interface BootstrapInterval extends Interval {
  readonly estimate: number;
  /** resamples for which the statistic was a number; macro-F1, say, has none when a class is missing */
  readonly usable: number;
}

/**
 * Percentile interval by resampling whole groups with replacement (cluster bootstrap; Efron and Tibshirani 1993,
 * Field and Welsh 2007). A group is one burst or one camera-day: images inside are near-copies, and resampling
 * images would give intervals that are too short. With few groups the plain percentile interval is too short as well
 * (92.5 to 94 % instead of 95 with 40 groups, simulated), so its level is widened as Hesterberg 2015 proposes ("What
 * teachers should know about the bootstrap", expanded percentile interval).
 *
 * @param groups what belongs together; hand in per-group sums (a small confusion matrix, say) and it stays fast
 * @param statistic the value for a list of groups, the same group possibly several times; the list is reused
 *   between calls, so it must not be kept
 * @throws RangeError with fewer than two groups (one burst says nothing about the next), or when no resample gave a number
 */
export function bootstrapByGroup<Group>(
  groups: readonly Group[],
  statistic: (chosen: readonly Group[]) => number,
  { resamples = 10_000, level = 0.95, random }: BootstrapOptions,
): BootstrapInterval {
  requireShare('level', level);
  if (groups.length < 2) throw new RangeError('a bootstrap needs at least two groups');
  const chosen = [...groups];
  const values: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    for (let i = 0; i < chosen.length; i += 1) chosen[i] = groups[randomInteger(random, groups.length)] as Group;
    const value = statistic(chosen);
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length === 0) throw new RangeError('the statistic was not a number in any resample');
  const sorted = Float64Array.from(values).sort();
  const at = (p: number): number => quantileSorted(sorted as unknown as number[], p);
  const tail = expandedTail((1 - level) / 2, groups.length);
  return { estimate: statistic(groups), lower: at(tail), upper: at(1 - tail), usable: values.length };
}

/** The share to cut off each end so that a mean of `k` groups gets the width of Student's interval. */
function expandedTail(tail: number, k: number): number {
  return normalCdf(Math.sqrt(k / (k - 1)) * jstat.studentt.inv(tail, k - 1));
}
