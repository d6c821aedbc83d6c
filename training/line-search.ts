/** Value and slope along the search direction, at step `t`. */
export interface AlongLine {
  readonly t: number;
  readonly value: number;
  readonly slope: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Steps grow by this while the slope stays steep: the first step of a fit is far too short on unit-length embeddings. */
const EXPANSION = 4;

/**
 * Line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6, cubic interpolation).
 *
 * @param at evaluates the function at a step; the last point evaluated is not always the one returned
 * @param start the point at step 0, slope < 0
 * @param firstStep the step to try first, > 0
 * @param evaluationsMax limit of evaluations
 * @returns a point that fulfils the conditions; else the best one seen that decreases the function enough; else null
 */
export async function searchLine<Point extends AlongLine>(
  at: (t: number) => Promise<Point>,
  start: AlongLine,
  firstStep: number,
  evaluationsMax = 12,
): Promise<Point | null> {
  let low: AlongLine = start;
  let high: AlongLine | null = null;
  let best: Point | null = null;
  let t = firstStep;
  for (let evaluation = 0; evaluation < evaluationsMax; evaluation += 1) {
    const point = await at(t);
    const enough = point.value <= start.value + SUFFICIENT_DECREASE * t * start.slope;
    if (!enough || !Number.isFinite(point.value) || point.value >= low.value && low !== start) {
      high = point;
    } else {
      if (best === null || point.value < best.value) best = point;
      if (Math.abs(point.slope) <= -CURVATURE * start.slope) return point;
      if (point.slope * ((high?.t ?? Infinity) - low.t) >= 0) high = low;
      low = point;
    }
    t = high === null ? EXPANSION * t : between(low, high);
    if (high !== null && Math.abs(high.t - low.t) <= 1e-9 * Math.max(1, Math.abs(low.t))) break;
  }
  return best;
}

/** Minimum of the cubic through both points, kept away from the ends so that the bracket shrinks. */
function between(a: AlongLine, b: AlongLine): number {
  const middle = (a.t + b.t) / 2;
  if (!Number.isFinite(b.value) || !Number.isFinite(b.slope)) return middle;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return middle;
  const d2 = Math.sign(b.t - a.t) * Math.sqrt(square);
  const t = b.t - ((b.t - a.t) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const margin = 0.1 * Math.abs(b.t - a.t);
  const inside = t >= Math.min(a.t, b.t) + margin && t <= Math.max(a.t, b.t) - margin;
  return inside ? t : middle;
}
