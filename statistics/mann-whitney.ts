import { normalCdf } from './normal.ts';

export interface MannWhitney {
  /** U of the first sample: pairs in which its value is the greater one, ties counted half. */
  readonly u: number;
  /** One-sided: how likely so large a U is where both come from the same distribution. */
  readonly pGreater: number;
  /** U over the number of pairs: the probability that a value of the first is greater than one of the second, 0 to 1. */
  readonly effect: number;
}

/**
 * Mann–Whitney U test by the normal approximation with continuity correction and correction for ties (Mann and Whitney
 * 1947; Lehmann, "Nonparametrics", 1975), good from about eight values a side; with its common-language effect size
 * (McGraw and Wong 1992), for a difference that is sure may still be too small to matter.
 *
 * @throws RangeError when a sample is empty
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) throw new RangeError('both samples need a value');
  const all = [...first.map((value) => ({ value, own: true })), ...second.map((value) => ({ value, own: false }))].sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let tied = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]!.value === all[from]!.value) to += 1;
    const size = to - from;
    // Equal values share the mean of the ranks they take, which are counted from 1.
    for (let at = from; at < to; at += 1) if (all[at]!.own) rankSum += (from + 1 + to) / 2;
    tied += size ** 3 - size;
    from = to;
  }
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - tied / (total * (total - 1))));
  const pGreater = deviation === 0 ? 1 : 1 - normalCdf((u - (n * m) / 2 - 0.5) / deviation);
  return { u, pGreater, effect: u / (n * m) };
}
