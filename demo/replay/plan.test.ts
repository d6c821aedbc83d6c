import { describe, expect, it } from 'vitest';
import { createDraw } from './draw.ts';
import { planReplay, type PlanOptions } from './plan.ts';
import type { StreamImage } from './stream.ts';

const image = (path: string, label: string, period: string, more: Partial<StreamImage> = {}): StreamImage => ({ path, label, period, camera: null, capturedAt: null, group: path, burst: null, ...more });
const many = (period: string, count = 100): StreamImage[] => Array.from({ length: count }, (_, i) => image(`${period}/${i}.jpg`, i < count / 2 ? 'fox' : 'hare', period));
const options = (more: Partial<PlanOptions> = {}): PlanOptions => ({ learn: 0.6, chunks: 3, draw: createDraw(1), ...more });
const paths = (images: readonly StreamImage[]): string[] => images.map((each) => each.path);

describe('planReplay', () => {
  const images = [...many('green'), ...many('brown')];

  it('splits each period 60/40 within each class, and loses nothing', () => {
    const [first, second] = planReplay(images, options());
    for (const period of [first, second]) {
      const arrivals = period?.chunks.flat() ?? [];
      expect(arrivals).toHaveLength(60);
      expect(arrivals.filter((each) => each.label === 'fox')).toHaveLength(30);
      expect(new Set([...paths(arrivals), ...paths(period?.exam ?? [])]).size).toBe(100);
    }
    expect(first?.chunks.map((chunk) => chunk.length)).toEqual([60]);
    expect(second?.chunks.map((chunk) => chunk.length)).toEqual([20, 20, 20]);
  });
  it('is the same for the same seed and another for another', () => {
    expect(planReplay(images, options())).toEqual(planReplay(images, options()));
    expect(paths(planReplay(images, options({ draw: createDraw(2) }))[0]?.exam ?? [])).not.toEqual(paths(planReplay(images, options())[0]?.exam ?? []));
  });
  it('never parts a burst', () => {
    const bursts = ['p', 'q'].flatMap((period) => Array.from({ length: 60 }, (_, i) => image(`${period}/${i}`, i % 2 === 0 ? 'fox' : 'hare', period, { group: `${period}/b${Math.floor(i / 5)}` })));
    for (const { chunks, exam } of planReplay(bursts, options())) {
      const asked = new Set(exam.map((each) => each.group));
      expect(chunks.flat().filter((each) => asked.has(each.group))).toEqual([]);
      expect(exam.length).toBeGreaterThan(0);
    }
  });
  it('mixes the classes of a period without times, a month a period', () => {
    const second = planReplay(images, options())[1];
    const labels = new Set(second?.chunks[0]?.map((each) => each.label));
    expect(labels).toEqual(new Set(['fox', 'hare']));
    const times = second?.chunks.flat().map((each) => each.arrivesAt) ?? [];
    expect(times).toEqual([...times].sort());
    expect(times[0]).toBe('2024-02-01T00:00:00.000Z');
    expect(times.at(-1)?.startsWith('2024-02')).toBe(true);
  });
  it('keeps the order of time where there is one', () => {
    const timed = images.map((each, i) => ({ ...each, capturedAt: new Date(Date.UTC(2023, 0, 1, 0, images.length - i)).toISOString() }));
    const times = planReplay(timed, options())[1]?.chunks.flat().map((each) => each.arrivesAt) ?? [];
    expect(times).toEqual([...times].sort());
    expect(times[0]?.startsWith('2023')).toBe(true);
  });
  it('follows the periods that are asked for', () => {
    expect(planReplay(images, options({ periods: ['brown', 'green'] })).map((each) => each.name)).toEqual(['brown', 'green']);
    expect(() => planReplay(images, options({ periods: ['brown', 'snow'] }))).toThrow('no period snow');
    expect(() => planReplay(images, options({ periods: ['brown'] }))).toThrow('at least two periods');
  });
  it('takes as many images of a period as the limit says', () => {
    const [first] = planReplay(images, options({ limitPerPeriod: 20 }));
    expect((first?.chunks.flat().length ?? 0) + (first?.exam.length ?? 0)).toBe(20);
  });
  it('says which period is too small', () => {
    expect(() => planReplay([...many('green'), image('b', 'fox', 'brown')], options())).toThrow('The period brown has too few images (1)');
  });
});
