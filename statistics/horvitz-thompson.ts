import { type Interval, requireShare } from './interval.ts';
import { normalQuantile } from './normal.ts';
import { wilson } from './proportion.ts';

export interface WeightedMean extends Interval {
  readonly mean: number;
  /** how many images of a simple random sample would say as much */
  readonly effectiveSize: number;
}

/**
 * Mean of a whole stream from an audit sample, each image weighted by one over the chance it had of being drawn
 * (Horvitz and Thompson 1952, in Hájek's ratio form, so that the number of images need not be known). Draws must be
 * independent of one another, as the audit's are. For values in [0, 1] (right or wrong) the interval is Wilson's
 * with the effective sample size, which stays honest when all audited images were right; otherwise it is normal.
 *
 * @param values one per audited image, for example 1 right and 0 wrong
 * @param inclusionProbabilities in (0, 1], as stored when the sample was drawn
 * @returns mean and `level` interval; with no values NaN and, for lack of anything better, [0, 1]
 * @throws RangeError on unequal lengths, a value that is not finite, or a probability outside (0, 1]
 */
export function horvitzThompsonMean(
  values: readonly number[],
  inclusionProbabilities: readonly number[],
  level = 0.95,
): WeightedMean {
  requireShare('level', level);
  requireSample(values, inclusionProbabilities);
  if (values.length === 0) return { mean: NaN, lower: 0, upper: 1, effectiveSize: 0 };
  const weights = inclusionProbabilities.map((probability) => 1 / probability);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = weights.reduce((sum, weight, i) => sum + weight * (values[i] as number), 0) / total;
  // Under independent draws the linearised variance is Σ w² (1 − π)(y − mean)² / N².
  let squares = 0;
  let variance = 0;
  weights.forEach((weight, i) => {
    const share = (weight * weight * (1 - (inclusionProbabilities[i] as number))) / (total * total);
    squares += share;
    variance += share * ((values[i] as number) - mean) ** 2;
  });
  const sizeByWeights = squares > 0 ? 1 / squares : Infinity;
  if (values.every((value) => value >= 0 && value <= 1)) return wilsonMean(mean, variance, sizeByWeights, level);
  const half = normalQuantile((1 + level) / 2) * Math.sqrt(variance);
  return { mean, lower: mean - half, upper: mean + half, effectiveSize: sizeByWeights };
}

function wilsonMean(mean: number, variance: number, sizeByWeights: number, level: number): WeightedMean {
  // Few wrong answers make the variance estimate itself unsure; never claim more than the weights allow.
  const byVariance = variance > 0 ? (mean * (1 - mean)) / variance : sizeByWeights;
  const effectiveSize = Math.min(byVariance, sizeByWeights);
  if (effectiveSize === Infinity) return { mean, lower: mean, upper: mean, effectiveSize };
  return { mean, ...wilson(mean * effectiveSize, effectiveSize, level), effectiveSize };
}

function requireSample(values: readonly number[], probabilities: readonly number[]): void {
  if (values.length !== probabilities.length) throw new RangeError('values and probabilities differ in length');
  if (!values.every(Number.isFinite)) throw new RangeError('values must be finite numbers');
  if (!probabilities.every((p) => p > 0 && p <= 1)) throw new RangeError('inclusion probabilities must be in (0, 1]');
}
