import { expect, it } from 'vitest';
import { agreementReport, type GivenAnswer, unusableAnswer } from './agreement-report.ts';

/** One row an item: answers of ann, bob and cy; null where somebody did not answer. */
const table = (rows: readonly (readonly (number | null)[])[], gold: number | null = null, from = 0): GivenAnswer[] =>
  rows.flatMap((row, item) => row.flatMap((answer, at) => (answer === null ? [] : [{ itemId: `${gold ?? ''}i${item + from}`, userId: ['ann', 'bob', 'cy'][at] ?? '', answer, gold }])));

it('AGREP1 people who always match are in full agreement; items that one person answered say nothing', () => {
  const report = agreementReport(table([[0, 0, null], [1, 1, null], [0, null, null], [1, null, null]]));
  expect(report).toMatchObject({ items: 2, people: 2, alpha: 1, confusions: [], pairs: [{ first: 'ann', second: 'bob', items: 2, share: 1, kappa: 1 }] });
  expect(report.perClass).toEqual([{ classId: 0, items: 1, alpha: 1 }, { classId: 1, items: 1, alpha: 1 }]);
});

it('AGREP2 the classes that are mixed up come first, and unusable is an answer but no class', () => {
  const report = agreementReport(table([[0, 1, null], [0, 1, null], [2, 1, null], [0, unusableAnswer, null], [2, 2, null]]));
  expect(report.confusions).toEqual([{ firstId: 0, secondId: 1, items: 2 }, { firstId: 1, secondId: 2, items: 1 }]);
  expect(report.perClass.map((each) => each.classId)).toEqual([0, 1, 2]);
  expect(report.alpha).toBeLessThan(0.3);
});

it('AGREP3 who answers against the others is found less reliable, without the truth being known', () => {
  const rows = Array.from({ length: 40 }, (_, at) => [at % 2, at % 2, at % 4 < 2 ? at % 2 : 1 - (at % 2)]);
  const { annotators } = agreementReport(table(rows));
  const [ann, bob, cy] = annotators.map((each) => each.reliability ?? 0);
  expect(ann).toBeGreaterThan(0.95);
  expect(bob).toBeGreaterThan(0.95);
  expect(cy).toBeLessThan(0.7);
  expect(annotators[0]?.byClass.map(({ classId, weight }) => ({ classId, weight: Math.round(weight) }))).toEqual([{ classId: 0, weight: 20 }, { classId: 1, weight: 20 }]);
});

it('AGREP4 gold items measure each person by the truth, and count for nothing else', () => {
  const report = agreementReport(table([[0, 1, null], [0, 0, null]], 0));
  expect(report).toMatchObject({ items: 0, alpha: null, pairs: [] });
  expect(report.annotators).toMatchObject([{ userId: 'ann', answers: 0, reliability: null, gold: { asked: 2, right: 2 } }, { userId: 'bob', gold: { asked: 2, right: 1 } }]);
  expect(report.annotators[1]?.gold?.low).toBeLessThan(0.5);
});

it('AGREP5 nothing is said of nothing', () => {
  expect(agreementReport([])).toEqual({ items: 0, people: 0, alpha: null, perClass: [], pairs: [], confusions: [], annotators: [] });
});
