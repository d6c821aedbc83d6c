/** A two-sided interval; `lower` ≤ `upper`. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** @throws RangeError unless `value` is strictly between 0 and 1 */
export function requireShare(name: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} must be between 0 and 1, got ${value}`);
}

/** @throws RangeError unless `value` is a whole number ≥ 0 */
export function requireCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name} must be a whole number ≥ 0, got ${value}`);
}

/**
 * The point where a monotone function crosses zero, by bisection; used where a closed form would be longer and less
 * exact. `rising` tells the direction. About 60 halvings reach the spacing of doubles in [-1, 1].
 */
export function bisect(f: (x: number) => number, lower: number, upper: number, rising: boolean): number {
  let low = lower;
  let high = upper;
  for (let step = 0; step < 200 && high - low > 1e-15; step += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) > 0 === rising) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
