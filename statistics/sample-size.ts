import { requireShare } from './interval.ts';
import { normalQuantile } from './normal.ts';

/** What a claim of "not worse by more than the margin" supposes. */
export interface RequiredPairsInput {
  /** share of images on which exactly one of the two models is right, 0 to 1 */
  readonly disagreeShare: number;
  /** as a share: 0.01 is one point */
  readonly margin: number;
  readonly power?: number;
  /** one-sided */
  readonly alpha?: number;
  /** how many times fewer independent images there are than images (bursts), ≥ 1 */
  readonly designEffect?: number;
}

/**
 * How many labelled images a paired non-inferiority claim needs if the two models are truly equal:
 * (z_alpha + z_power)² × disagree / margin² (normal approximation), times the design effect, rounded up.
 *
 * @throws RangeError when an argument is out of range
 */
export function requiredPairs(input: RequiredPairsInput): number {
  const { disagreeShare, margin, power = 0.8, alpha = 0.05, designEffect = 1 } = input;
  requireShare('disagreeShare', disagreeShare);
  requireShare('margin', margin);
  requireShare('power', power);
  requireShare('alpha', alpha);
  if (!(designEffect >= 1)) throw new RangeError(`designEffect must be ≥ 1, got ${designEffect}`);
  const z = normalQuantile(1 - alpha) + normalQuantile(power);
  return Math.ceil(((z * z * disagreeShare) / (margin * margin)) * designEffect);
}

/**
 * Design effect of images that come in bursts: 1 + (m − 1) × ρ for correctness y, with m the size-weighted mean burst
 * and ρ the intra-class correlation (one-way analysis of variance estimator, Donner 1986). Never below 1.
 *
 * @param groups for each burst, the 0/1 (or real) values of its images
 */
export function designEffectOf(groups: readonly (readonly number[])[]): number {
  const sizes = groups.map((group) => group.length).filter((size) => size > 0);
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const k = sizes.length;
  if (k < 2 || n === k) return 1;
  const mean = groups.flat().reduce((sum, value) => sum + value, 0) / n;
  let between = 0;
  let within = 0;
  for (const group of groups.filter((each) => each.length > 0)) {
    const own = group.reduce((sum, value) => sum + value, 0) / group.length;
    between += group.length * (own - mean) ** 2;
    for (const value of group) within += (value - own) ** 2;
  }
  const squares = sizes.reduce((sum, size) => sum + size * size, 0);
  const typical = (n - squares / n) / (k - 1);
  const msBetween = between / (k - 1);
  const msWithin = within / (n - k);
  const total = msBetween + (typical - 1) * msWithin;
  const correlation = total > 0 ? (msBetween - msWithin) / total : 0;
  return Math.max(1, 1 + (squares / n - 1) * correlation);
}
