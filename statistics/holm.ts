/**
 * Holm's step-down adjusted p values (Holm 1979): reject where the result is ≤ alpha and the chance of any false
 * rejection stays ≤ alpha, whatever the dependence. Same order as the input.
 *
 * @throws RangeError when a p value is not in [0, 1]
 */
export function holm(ps: readonly number[]): number[] {
  for (const p of ps) if (!(p >= 0 && p <= 1)) throw new RangeError(`a p value must be in [0, 1], got ${p}`);
  const order = ps.map((p, index) => ({ p, index })).toSorted((a, b) => a.p - b.p || a.index - b.index);
  const adjusted = Array.from({ length: ps.length }, () => 1);
  let largest = 0;
  order.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
