/**
 * Every figure of scipy, statsmodels, scikit-learn and krippendorff in `reference.json`; each entry carries the call
 * that made it, `madeWith` the versions (a throw-away virtual environment, `pip install scipy statsmodels
 * scikit-learn krippendorff`).
 */
import { describe, expect, it } from 'vitest';
import { cohenKappa, krippendorffAlpha } from './agreement.ts';
import { binomialCdf, binomialSurvival } from './binomial.ts';
import { holm } from './holm.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { mannWhitney } from './mann-whitney.ts';
import { exactMcNemar } from './mcnemar.ts';
import { normalQuantile } from './normal.ts';
import { pairedDifference } from './paired-difference.ts';
import { clopperPearson, newcombeDifference, wilson } from './proportion.ts';
import reference from './reference.json' with { type: 'json' };

type Row = readonly [number, number, number, number, number, number, number];
const rows = (cases: readonly (readonly number[])[]): Row[] => cases as unknown as Row[];

describe('agreement with the reference libraries', () => {
  it.each(rows(reference.binomial.cases))('binomial tail at %d of %d', (k, n, p, survival) => {
    expect(Math.abs(binomialSurvival(k, n, p) - survival)).toBeLessThan(2e-9);
    expect(Math.abs(1 - binomialCdf(k - 1, n, p) - survival)).toBeLessThan(2e-9);
  });

  it.each(rows(reference.clopperPearson.cases))('Clopper-Pearson %d of %d at %d', (k, n, level, lower, upper) => {
    const interval = clopperPearson(k, n, level);
    expect(interval.lower).toBeCloseTo(lower, 9);
    expect(interval.upper).toBeCloseTo(upper, 9);
  });

  it.each(rows(reference.wilson.cases))('Wilson %d of %d at %d', (k, n, level, lower, upper) => {
    const interval = wilson(k, n, level);
    expect(interval.lower).toBeCloseTo(lower, 9);
    expect(interval.upper).toBeCloseTo(upper, 9);
  });

  it.each(rows(reference.newcombe.cases))('Newcombe %d/%d - %d/%d', (k1, n1, k2, n2, level, lower, upper) => {
    const interval = newcombeDifference(k1, n1, k2, n2, level);
    expect(interval.lower).toBeCloseTo(lower, 8);
    expect(interval.upper).toBeCloseTo(upper, 8);
  });

  it.each(rows(reference.tango.cases))('Tango %d against %d of %d', (newOnly, oldOnly, n, level, lower, upper) => {
    const interval = pairedDifference({ newOnly, oldOnly, n }, level);
    expect(interval.lower).toBeCloseTo(lower, 6);
    expect(interval.upper).toBeCloseTo(upper, 6);
  });

  it.each(rows(reference.mcnemar.cases))('McNemar %d against %d', (newOnly, oldOnly, twoSided, newBetter) => {
    const p = exactMcNemar(newOnly, oldOnly);
    expect(p.twoSided).toBeCloseTo(twoSided, 9);
    expect(p.newBetter).toBeCloseTo(newBetter, 9);
  });

  it.each(rows(reference.normal.cases))('normal quantile of %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 6);
  });

  it('Holm, ties included', () => {
    holm(reference.holm.ps).forEach((p, i) => expect(p).toBeCloseTo(reference.holm.adjusted[i] as number, 12));
  });

  it('Kolmogorov-Smirnov, exact', () => {
    const { statistic, p, method } = kolmogorovSmirnov(reference.ks.a, reference.ks.b);
    expect(method).toBe('exact');
    expect(statistic).toBeCloseTo(reference.ks.statistic, 12);
    expect(p).toBeCloseTo(reference.ks.p, 9);
  });

  it('Kolmogorov-Smirnov, large samples', () => {
    const first = Array.from({ length: 1200 }, (_, i) => i / 1200);
    const second = Array.from({ length: 900 }, (_, i) => (i / 900) ** 1.1);
    const { statistic, p, method } = kolmogorovSmirnov(first, second);
    expect(method).toBe('asymptotic');
    expect(statistic).toBeCloseTo(reference.ksLarge.statistic, 9);
    expect(Math.abs(p / reference.ksLarge.p - 1)).toBeLessThan(0.05);
  });

  it('Mann-Whitney, ties included', () => {
    for (const [a, b, statistic, p] of reference.mannWhitney.cases as [number[], number[], number, number][]) {
      const { u, pGreater, effect } = mannWhitney(a, b);
      expect(u).toBe(statistic);
      expect(pGreater).toBeCloseTo(p, 9);
      expect(effect).toBeCloseTo(statistic / (a.length * b.length), 12);
    }
    expect(() => mannWhitney([], [1])).toThrow(RangeError);
  });

  it('Cohen kappa and Krippendorff alpha', () => {
    expect(cohenKappa(reference.kappa.a, reference.kappa.b)).toBeCloseTo(reference.kappa.kappa, 12);
    const [first = []] = reference.krippendorff.raters;
    const items = first.map((_, item) => reference.krippendorff.raters.map((rater) => rater[item] ?? null));
    expect(krippendorffAlpha(items)).toBeCloseTo(reference.krippendorff.alpha, 12);
  });
});
