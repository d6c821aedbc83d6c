import { describe, expect, it } from 'vitest';
import { type ExamAnswer, figuresOf, type PeriodFigures } from './accounting.ts';
import { poolRuns } from './pool.ts';
import { pooledText } from './report.ts';

const answers = (from: number, of: number, right: readonly [number, number, number]): ExamAnswer[] =>
  Array.from({ length: of }, (_, at) => ({ path: `${from + at}.jpg`, static: at < right[0], loop: at < right[1], everything: at < right[2] }));

function run(exam: readonly ExamAnswer[], reviewed: number): PeriodFigures[] {
  const counts = { arrivals: 80, refused: 0, rounds: 3, versions: 3, promotions: 3, onCannotTell: 0, notes: [] };
  return [
    figuresOf({ ...counts, period: 'green', exam: answers(900, 10, [9, 9, 9]), onArrival: null, reviewed: 0 }),
    figuresOf({ ...counts, period: 'snow', exam, onArrival: { right: 60, of: 80 }, reviewed }),
  ];
}

describe('poolRuns', () => {
  const pooled = poolRuns([run(answers(0, 50, [40, 46, 48]), 20), run(answers(25, 50, [42, 44, 48]), 18)], 2_000);
  it('adds up the later periods’ exams and leaves the labelled start out', () => {
    expect(pooled).toHaveLength(1);
    expect(pooled[0]).toMatchObject({ period: 'snow', exams: 2, answers: 100, images: 75, reviewedShare: 38 / 160 });
    expect(pooled[0]?.accuracy.loop).toBeCloseTo(0.9, 12);
    expect(pooled[0]?.gain.estimate).toBeCloseTo(0.14, 12);
    expect(pooled[0]?.gainedShare).toBeCloseTo(8 / 14, 12);
    expect(pooled[0]?.overMark.estimate).toBeCloseTo(0.08 - 0.75 * 0.14, 12);
  });
  it('gives intervals about as wide as the exact one of a single exam', () => {
    // 100 images, all answers of one seed: static 60, loop 80; the paired difference 0.2 has the standard error sqrt(0.2 * 0.8 / 100).
    const [period] = poolRuns([run(answers(0, 100, [60, 80, 90]), 20)], 4_000);
    const half = ((period?.gained.upper ?? 0) - (period?.gained.lower ?? 0)) / 2;
    expect(half).toBeGreaterThan(0.9 * 1.96 * 0.04);
    expect(half).toBeLessThan(1.15 * 1.96 * 0.04);
  });
  it('is shown with what its columns mean', () => {
    expect(pooledText(pooled)).toMatch(/snow +100 \(75\) +82\.0 +90\.0 +96\.0 +14\.0 \[.*\] +8\.0 \[.*\] +0\.57 +-2\.5 \[.*\] +23\.8 %/);
  });
});
