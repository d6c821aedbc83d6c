import { describe, expect, it } from 'vitest';
import { minimise } from './lbfgs.ts';

const options = { maxIterations: 500, tolerance: 1e-8 };

describe('minimise', () => {
  it('finds the minimum of Rosenbrock’s valley', async () => {
    const evaluate = async (x: Float64Array) => {
      const [a = 0, b = 0] = x;
      const value = (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      return { value, gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)) };
    };
    const { x, converged, iterations } = await minimise(evaluate, Float64Array.of(-1.2, 1), options);
    expect(converged).toBe(true);
    expect(iterations).toBeLessThan(60);
    expect(x[0]).toBeCloseTo(1, 4);
    expect(x[1]).toBeCloseTo(1, 4);
  });

  it('copes with a quadratic of condition 1,000 within the steps that scipy’s L-BFGS-B takes there', async () => {
    const scales = Array.from({ length: 50 }, (_, i) => 10 ** ((3 * i) / 49));
    const evaluate = async (x: Float64Array) => ({
      value: x.reduce((sum, value, i) => sum + 0.5 * (scales[i] as number) * value * value, 0),
      gradient: x.map((value, i) => (scales[i] as number) * value),
    });
    const { value, converged, iterations } = await minimise(evaluate, new Float64Array(50).fill(1), options);
    expect(converged).toBe(true);
    expect(value).toBeLessThan(1e-7);
    expect(iterations).toBeLessThan(331); // scipy 1.17.1, gtol=1e-8, ftol=0
  });

  it('is at the end at once when it starts there, and does not change the start', async () => {
    const start = Float64Array.of(0);
    const evaluate = async (x: Float64Array) => ({ value: (x[0] as number) ** 2, gradient: x.map((value) => 2 * value) });
    expect(await minimise(evaluate, start, options)).toMatchObject({ iterations: 0, evaluations: 1, converged: true });
    const from = Float64Array.of(5);
    await minimise(evaluate, from, options);
    expect(from[0]).toBe(5);
  });

  it('backs out of a step onto values that are not numbers', async () => {
    const evaluate = async (x: Float64Array) => {
      const at = x[0] as number;
      return at > 0 ? { value: at - Math.log(at), gradient: Float64Array.of(1 - 1 / at) } : { value: NaN, gradient: Float64Array.of(NaN) };
    };
    const { x } = await minimise(evaluate, Float64Array.of(20), options);
    expect(x[0]).toBeCloseTo(1, 4);
  });
});
