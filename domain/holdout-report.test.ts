import { describe, expect, it } from 'vitest';
import { type HoldoutAnswer, reportOnHoldout, shareRight } from './holdout-report.ts';

const classes = [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }, { classId: 2, name: 'boar' }];
let made = 0;
const answers = (count: number, truth: number, answer: number, more: Partial<HoldoutAnswer> = {}): HoldoutAnswer[] =>
  Array.from({ length: count }, () => ({ imageId: String((made += 1)), truth, answer, confidence: 0.9, group: String(made), camera: 'a', ...more }));

describe('report on a holdout', () => {
  const report = reportOnHoldout([...answers(8, 0, 0), ...answers(2, 0, 1, { camera: 'b' }), ...answers(5, 1, 1, { confidence: 0.55, camera: null })], classes, { 0: { 1: 4 } });
  it('counts right answers, by class and by camera', () => {
    expect(report.accuracy).toMatchObject({ right: 13, of: 15 });
    expect(report.classes[0]).toMatchObject({ classId: 0, recall: { right: 8, of: 10 }, precision: { right: 8, of: 8 } });
    expect(report.classes[1]).toMatchObject({ recall: { right: 5, of: 5 }, precision: { right: 5, of: 7 } });
    expect(report.classes[2]).toEqual({ classId: 2, recall: null, precision: null });
    expect(report.cameras).toMatchObject([{ camera: 'a', accuracy: { right: 8, of: 8 } }, { camera: null, accuracy: { of: 5 } }, { camera: 'b', accuracy: { right: 0, of: 2 } }]);
  });
  it('has every image in one cell of the matrix', () => {
    expect(report.matrix).toEqual(expect.arrayContaining([{ truth: 0, answer: 0, images: 8 }, { truth: 0, answer: 1, images: 2 }, { truth: 1, answer: 1, images: 5 }]));
    expect(report.matrix.reduce((sum, { images }) => sum + images, 0)).toBe(15);
  });
  it('gives the mean cost, macro-F1 over the classes that are there, and how far confidence is from the truth', () => {
    expect(report.meanCost).toBeCloseTo(8 / 15, 12);
    expect(report.macroF1).toBeCloseTo((16 / 18 + 10 / 12) / 2, 12);
    // Ten at 0.9 with 8 right, five at 0.55 all right.
    expect(report.calibrationError).toBeCloseTo((10 / 15) * 0.1 + (5 / 15) * 0.45, 12);
  });
  it('says of no images that there are none', () => {
    expect(reportOnHoldout([], classes, {})).toMatchObject({ images: 0, accuracy: null, macroF1: null, meanCost: null, calibrationError: null, bins: [], cameras: [], matrix: [] });
  });
});

it('ten frames of one burst say no more than about one image', () => {
  const apart = shareRight([...answers(90, 0, 0), ...answers(10, 0, 1)]);
  const bursts = Array.from({ length: 10 }, (_, at) => answers(10, 0, at === 0 ? 1 : 0, { group: `burst ${at}` })).flat();
  const together = shareRight(bursts);
  expect(together).toMatchObject({ right: 90, of: 100 });
  expect((together?.upper ?? 0) - (together?.lower ?? 0)).toBeGreaterThan(2 * ((apart?.upper ?? 0) - (apart?.lower ?? 0)));
});
