import { fc, test } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import { createHindsight, type HindsightImage, weekOf } from './hindsight.ts';

const answer = (classId: number, flagged = false, expectedCost = 0.25) => ({ classId, flagged, expectedCost });
const image = (more: Partial<HindsightImage> = {}): HindsightImage =>
  ({ eventAt: new Date('2026-03-04T10:00:00Z'), camera: 'north', audit: false, truth: null, was: answer(0), wouldBe: answer(0), ...more });

it('HIND1: a week begins on Monday, in UTC', () => {
  expect(['2026-03-01T23:59:59Z', '2026-03-02T00:00:00Z', '2026-03-08T12:00:00Z', '2026-01-01T00:00:00Z'].map((text) => weekOf(new Date(text))))
    .toEqual(['2026-02-23', '2026-03-02', '2026-03-02', '2025-12-29']);
});

it('HIND2: only the audit sample estimates accuracy; what was flagged stands apart', () => {
  const hindsight = createHindsight();
  hindsight.add(image({ audit: true, truth: 1, was: answer(0), wouldBe: answer(1) }));
  hindsight.add(image({ audit: true, truth: 0 }));
  hindsight.add(image({ truth: 1, was: answer(0, true), wouldBe: answer(0, true) }));
  hindsight.add(image({ audit: true }));
  const { all } = hindsight.result();
  expect(all).toMatchObject({ images: 4, changed: 1, was: { flagged: 1, audited: { right: 1, of: 2 }, settled: { right: 1, of: 3 } }, wouldBe: { audited: { right: 2, of: 2 }, settled: { right: 2, of: 3 } } });
  expect(all.wouldBe.audited?.lower).toBeGreaterThan(0.3);
});

it('HIND3: without a settled image there is no accuracy, and without images nothing', () => {
  const hindsight = createHindsight();
  expect(hindsight.result()).toMatchObject({ all: { images: 0, was: { expectedCost: 0, audited: null } }, weeks: [], cameras: [] });
  hindsight.add(image());
  expect(hindsight.result().all.was).toMatchObject({ audited: null, settled: null, expectedCost: 0.25 });
});

test.prop([fc.array(fc.record({ day: fc.integer({ min: 0, max: 60 }), camera: fc.constantFrom('north', 'south', null), flagged: fc.boolean() }), { maxLength: 60 })])(
  'HIND4: weeks and cameras each add up to the whole, weeks in order and the busiest camera first', (images) => {
    const hindsight = createHindsight();
    for (const { day, camera, flagged } of images) hindsight.add(image({ eventAt: new Date(Date.UTC(2026, 0, 1 + day)), camera, wouldBe: answer(0, flagged) }));
    const { all, weeks, cameras } = hindsight.result();
    for (const cells of [weeks, cameras]) {
      expect(cells.reduce((sum, cell) => sum + cell.images, 0)).toBe(all.images);
      expect(cells.reduce((sum, cell) => sum + cell.wouldBe.flagged, 0)).toBe(all.wouldBe.flagged);
    }
    expect(weeks.map(({ week }) => week)).toEqual(weeks.map(({ week }) => week).toSorted());
    expect(cameras.map((cell) => cell.images)).toEqual(cameras.map((cell) => cell.images).toSorted((a, b) => b - a));
  });
