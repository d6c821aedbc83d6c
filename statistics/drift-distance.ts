import { requireCount } from './interval.ts';

/**
 * Population stability index of two samples, over bins fixed by the reference (its quantiles), so that a later
 * reading of the same current sample gives the same number. 0 means the same mix; 0.1 and 0.25 are customary bands.
 * Half a count is added to every bin, so an empty one gives a finite answer.
 *
 * @param bins how many bins, ≥ 2; fewer are made where the reference has many equal values
 * @throws RangeError when a sample is empty or holds NaN
 */
export function psi(reference: readonly number[], current: readonly number[], bins = 10): number {
  const edges = quantileEdges(reference, bins);
  return psiOfCounts(histogram(reference, edges), histogram(current, edges));
}

/**
 * The same for counts already made, such as images per class.
 *
 * @throws RangeError when the lists differ in length, a count is negative, or a side is all zero
 */
export function psiOfCounts(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length || reference.length === 0) throw new RangeError('psi needs equal bins');
  const expected = smoothedShares(reference);
  const seen = smoothedShares(current);
  return expected.reduce((sum, share, bin) => {
    const other = seen[bin] as number;
    return sum + (other - share) * Math.log(other / share);
  }, 0);
}

/** Inner bin edges at the reference's quantiles, without duplicates; a value equal to an edge lies below it. */
export function quantileEdges(reference: readonly number[], bins: number): number[] {
  requireCount('bins', bins);
  if (bins < 2) throw new RangeError('psi needs at least two bins');
  const sorted = sortedSample(reference);
  const edges: number[] = [];
  for (let bin = 1; bin < bins; bin += 1) {
    const edge = sorted[Math.ceil((bin * sorted.length) / bins) - 1] as number;
    if (edges.at(-1) !== edge) edges.push(edge);
  }
  return edges;
}

function histogram(sample: readonly number[], edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (const value of sortedSample(sample)) {
    const bin = edges.findIndex((edge) => value <= edge);
    const index = bin === -1 ? edges.length : bin;
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
}

function smoothedShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total > 0) || counts.some((count) => !(count >= 0))) throw new RangeError('psi needs counts ≥ 0, some > 0');
  return counts.map((count) => (count + 0.5) / (total + counts.length / 2));
}

/** Ascending copy. @throws RangeError when empty or holding something that is not a number */
export function sortedSample(sample: readonly number[]): Float64Array {
  if (sample.length === 0) throw new RangeError('a sample must not be empty');
  if (sample.some((value) => Number.isNaN(value))) throw new RangeError('a sample must not hold NaN');
  return Float64Array.from(sample).sort();
}
