import { describe, expect, it } from 'vitest';
import { figuresOf, type PeriodCounts } from './accounting.ts';
import { plotSvg } from './plot.ts';
import { reportText } from './report.ts';

const examOf = (fixed: number, loop: number, everything: number) => Array.from({ length: 100 }, (_, at) => ({ path: `${at}.jpg`, static: at < fixed, loop: at < loop, everything: at < everything }));
const counts = (more: Partial<PeriodCounts> = {}): PeriodCounts => ({
  period: 'snow', arrivals: 200, exam: examOf(60, 84, 90), onArrival: { right: 150, of: 200 },
  reviewed: 44, refused: 0, rounds: 3, versions: 3, promotions: 2, onCannotTell: 1, notes: [], ...more,
});

describe('figuresOf', () => {
  it('G is everything less static, and the loop’s part of it stands beside', () => {
    const figures = figuresOf(counts());
    expect(figures.gain).toBeCloseTo(0.3, 12);
    expect(figures.gainedShare).toBeCloseTo(0.8, 12);
    expect(figures.reviewedShare).toBe(0.22);
    expect(figures.accuracy.onArrival).toBe(0.75);
  });
  it('gives the published Wilson interval for 84 of 100', () => {
    const { lower, upper } = figuresOf(counts()).intervals.loop;
    expect([lower.toFixed(4), upper.toFixed(4)]).toEqual(['0.7558', '0.8990']);
  });
  it('speaks of no part where nothing is gained, and of no share in the labelled start', () => {
    expect(figuresOf(counts({ exam: examOf(90, 90, 90) })).gainedShare).toBeNull();
    expect(figuresOf(counts({ onArrival: null }))).toMatchObject({ gainedShare: null, reviewedShare: null, accuracy: { onArrival: null } });
  });
});

describe('what is shown', () => {
  const figures = [figuresOf(counts({ period: 'green', onArrival: null, reviewed: 0 })), figuresOf(counts({ period: 'a <b> & "c"', notes: ['part 1: no round (nothing is flagged)'] }))];
  it('the table has a row a period and the notes under it', () => {
    const text = reportText(figures);
    expect(text).toContain('60.0 [50.2, 69.1]');
    expect(text).toMatch(/a <b> & "c" +200 .* 30\.0 +0\.80 +75\.0 +44 +22\.0 % +3 +3 +2 +1/);
    expect(text).toContain('a <b> & "c": part 1: no round (nothing is flagged)');
  });
  it('the plot names its lines and lets no name become markup', () => {
    const svg = plotSvg('x <y>', figures);
    for (const title of ['label everything', 'the loop', 'static first model', '22 % reviewed', 'x &lt;y&gt;']) expect(svg).toContain(title);
    expect(svg).not.toContain('<b>');
    expect(svg.match(/<circle/g)).toHaveLength(6);
  });
});
