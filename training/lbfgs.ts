import { type AlongLine, searchLine } from './line-search.ts';

/** Decreases below this are rounding of float32 products; going on would only burn evaluations. */
const VALUE_RESOLUTION = 1e-9;

export interface ValueAndGradient {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface MinimiseOptions {
  readonly maxIterations: number;
  /** stop when no element of the gradient exceeds this */
  readonly tolerance: number;
  /** steps remembered, as many as scipy's default */
  readonly memory?: number;
  readonly onIteration?: (progress: { iteration: number; value: number; gradientMax: number }) => void;
}

export interface Minimum extends ValueAndGradient {
  readonly x: Float64Array;
  readonly iterations: number;
  readonly evaluations: number;
  /** gradient below tolerance, or no further decrease possible in the function's own precision */
  readonly converged: boolean;
}

interface Step {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

interface Trial extends AlongLine, ValueAndGradient {
  readonly x: Float64Array;
}

/**
 * Limited-memory BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5) with a strong-Wolfe line search. Pairs without
 * positive curvature are left out, so the direction always descends. Deterministic.
 *
 * @param evaluate value and gradient at a point; the gradient must be a new array each time
 * @param start not changed
 */
export async function minimise(
  evaluate: (x: Float64Array) => Promise<ValueAndGradient>,
  start: Float64Array,
  { maxIterations, tolerance, memory = 10, onIteration }: MinimiseOptions,
): Promise<Minimum> {
  let evaluations = 1;
  let x = start;
  let current = await evaluate(x);
  const steps: Step[] = [];
  let iteration = 0;
  let stalled = false;
  while (iteration < maxIterations && !stalled && largest(current.gradient) > tolerance) {
    const direction = descentDirection(current.gradient, steps);
    const from = { t: 0, value: current.value, slope: dot(direction, current.gradient) };
    const firstStep = steps.length === 0 ? Math.min(1, 1 / norm(current.gradient)) : 1;
    const at = async (t: number): Promise<Trial> => {
      evaluations += 1;
      const point = moved(x, direction, t);
      const { value, gradient } = await evaluate(point);
      return { t, x: point, value, gradient, slope: dot(direction, gradient) };
    };
    const found = from.slope < 0 ? await searchLine(at, from, firstStep) : null;
    if (found !== null) {
      stalled = current.value - found.value <= VALUE_RESOLUTION * Math.max(1, Math.abs(found.value));
      remember(steps, x, found.x, current.gradient, found.gradient, memory);
      x = found.x;
      current = found;
      iteration += 1;
      onIteration?.({ iteration, value: current.value, gradientMax: largest(current.gradient) });
    } else if (steps.length > 0) {
      steps.length = 0; // the memory misled: try steepest descent once before giving up
    } else {
      stalled = true;
    }
  }
  const converged = stalled || largest(current.gradient) <= tolerance;
  return { x, value: current.value, gradient: current.gradient, iterations: iteration, evaluations, converged };
}

/** Two-loop recursion: −H·gradient. */
function descentDirection(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const { s, y, rho } of steps.toReversed()) {
    const alpha = rho * dot(s, direction);
    alphas.push(alpha);
    addScaled(direction, y, -alpha);
  }
  const last = steps.at(-1);
  if (last !== undefined) scale(direction, 1 / (last.rho * dot(last.y, last.y)));
  for (const { s, y, rho } of steps) {
    addScaled(direction, s, (alphas.pop() as number) - rho * dot(y, direction));
  }
  return direction;
}

function remember(
  steps: Step[],
  fromX: Float64Array,
  toX: Float64Array,
  fromGradient: Float64Array,
  toGradient: Float64Array,
  memory: number,
): void {
  const s = moved(toX, fromX, -1);
  const y = moved(toGradient, fromGradient, -1);
  const curvature = dot(s, y);
  if (curvature <= 1e-12 * norm(s) * norm(y)) return;
  steps.push({ s, y, rho: 1 / curvature });
  if (steps.length > memory) steps.shift();
}

function moved(from: Float64Array, along: Float64Array, by: number): Float64Array {
  const result = from.slice();
  addScaled(result, along, by);
  return result;
}

function addScaled(to: Float64Array, values: Float64Array, by: number): void {
  for (let i = 0; i < to.length; i += 1) to[i] = (to[i] as number) + by * (values[i] as number);
}

function scale(values: Float64Array, by: number): void {
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] as number) * by;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}

function largest(values: Float64Array): number {
  let result = 0;
  for (const value of values) {
    if (Number.isNaN(value)) return Infinity;
    result = Math.max(result, Math.abs(value));
  }
  return result;
}
