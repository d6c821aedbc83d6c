import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../statistics/random.ts';
import { evidencePath, judgeSequence, mustRollBack, type Observation } from './sequential-judge.ts';

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** Each image is failed by either model by chance; where exactly one fails, people are asked. */
function failuresOf(random: Random, images: number, before: number, after: number): Observation[] {
  const pairs = Array.from({ length: images }, () => [random() < before, random() < after] as const);
  return pairs.filter(([champion, challenger]) => champion !== challenger).map(([, challengerFailed]) => ({ challengerFailed, chance: 0.5 }));
}

/** @returns the image at which it is rolled back, Infinity where it never is, and how many were reviewed by then */
function watch(random: Random, images: number, before: number, after: number): { caughtAt: number; reviewed: number } {
  const observations: Observation[] = [];
  for (let image = 1; image <= images; image += 1) {
    const fresh = failuresOf(random, 1, before, after);
    observations.push(...fresh);
    if (fresh.length > 0 && mustRollBack(judgeSequence(observations))) return { caughtAt: image, reviewed: observations.length };
  }
  return { caughtAt: Infinity, reviewed: observations.length };
}

describe('the sequential judge', () => {
  it('SEQ1 catches failures that go from 1 % to 5 % within 400 images (median), every time', () => {
    const random = createRandom(20261124);
    const runs = Array.from({ length: 2_000 }, () => watch(random, 5_000, 0.01, 0.05));
    const caught = runs.map(({ caughtAt }) => caughtAt);
    console.log(`1 % to 5 %: caught after ${median(caught)} images (median of ${runs.length}), ${median(runs.map(({ reviewed }) => reviewed))} reviewed disagreements`);
    expect(median(caught)).toBeLessThanOrEqual(400);
    expect(caught.every(Number.isFinite)).toBe(true);
  });
  it('SEQ2 rolls back at most 1 % and warns of at most 5 % of challengers that are no worse', () => {
    const random = createRandom(4);
    // Looked at after every answer, as the peak is.
    const peaks = Array.from({ length: 2_000 }, () => judgeSequence(failuresOf(random, 5_000, 0.01, 0.01)).peak);
    const share = (threshold: number): number => peaks.filter((peak) => peak >= threshold).length / peaks.length;
    console.log(`A/A: rolled back ${(share(100) * 100).toFixed(2)} %, warned ${(share(20) * 100).toFixed(2)} % of ${peaks.length}`);
    expect(share(100)).toBeLessThanOrEqual(0.01);
    expect(share(20)).toBeLessThanOrEqual(0.05);
  });
  it('SEQ3 holds its bound in a canary whose camera-days fail together, at each share of the traffic', () => {
    const random = createRandom(7);
    for (const chance of [0.01, 0.1, 0.5]) {
      let rolledBack = 0;
      // Under equal models a failing camera-day is the challenger's by the draw of the arm alone, however many images fail in it.
      for (let run = 0; run < 1_000; run += 1) {
        const observations: Observation[] = Array.from({ length: 300 }, () => ({ challengerFailed: random() < chance, chance }));
        if (mustRollBack(judgeSequence(observations))) rolledBack += 1;
      }
      expect(rolledBack / 1_000).toBeLessThanOrEqual(0.01);
    }
  });
  it('SEQ4 sees a canary arm that fails five times as often', () => {
    const random = createRandom(9);
    const seen = Array.from({ length: 200 }, () => judgeSequence(Array.from({ length: 300 }, () => ({ challengerFailed: random() < (0.1 * 5) / (0.1 * 5 + 0.9), chance: 0.1 }))));
    expect(seen.filter(mustRollBack).length / seen.length).toBeGreaterThan(0.95);
  });
});

describe('the way of the evidence', () => {
  const failures = (count: number, failed: boolean): Observation[] => Array.from({ length: count }, () => ({ challengerFailed: failed, chance: 0.5 }));
  it('ends at what is judged now, and keeps its peak however few points are drawn', () => {
    const observations = [...failures(13, true), ...failures(1_000, false)];
    const judged = judgeSequence(observations);
    const path = evidencePath(observations, 20);
    expect(path.length).toBeLessThanOrEqual(21);
    expect(path.at(-1)).toEqual({ observed: 1_013, eValue: judged.eValue });
    expect(Math.max(...path.map((point) => point.eValue))).toBe(judged.peak);
  });
  it('has every point where there are few, and none where nothing was observed', () => {
    expect(evidencePath(failures(3, true)).map(({ observed }) => observed)).toEqual([1, 2, 3]);
    expect(evidencePath([])).toEqual([]);
  });
});
