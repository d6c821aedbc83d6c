import { expect, it } from 'vitest';
import { costOfDisagreement, costOfDispute } from './adjudication.ts';
import type { Answer } from './review.ts';

let made = 0;
const answer = (kind: Answer['kind'], classId: number | null = null, more: Partial<Answer> = {}): Answer => ({ id: `a${(made += 1)}`, userId: `u${made}`, kind, classId, withdraws: null, ...more });
const classes = (...ids: number[]): Answer[] => ids.map((id) => answer('class', id));

it('ADJ1 an even split costs more than a lopsided one, and agreement nothing', () => {
  expect(costOfDisagreement({}, classes(1, 1, 1))).toBe(0);
  expect(costOfDisagreement({}, classes(1, 1, 2))).toBeCloseTo(1 / 3);
  expect(costOfDisagreement({}, classes(1, 2))).toBeCloseTo(1 / 2);
  expect(costOfDisagreement({}, classes(1, 2, 3))).toBeCloseTo(2 / 3);
});

it('ADJ1 a dear mistake comes first, and the cheaper side of it is what counts', () => {
  const costs = { 1: { 2: 5 } };
  // Answering 1 where 2 is true costs 1; answering 2 where 1 is true costs 5: the better choice is 1.
  expect(costOfDisagreement(costs, classes(1, 2))).toBeCloseTo(1 / 2);
  expect(costOfDisagreement({ 1: { 2: 5 }, 2: { 1: 5 } }, classes(1, 2))).toBeCloseTo(5 / 2);
});

it('ADJ2 what was taken back or skipped does not count; what nobody could say costs one mistake', () => {
  const taken = answer('class', 9);
  expect(costOfDisagreement({}, [...classes(1, 1), taken, answer('withdrawal', null, { withdraws: taken.id }), answer('skip')])).toBe(0);
  expect(costOfDisagreement({}, [answer('unsure'), answer('not_in_list')])).toBe(1);
  expect(costOfDisagreement({}, [])).toBe(1);
  expect(costOfDisagreement({}, [answer('class', 1), answer('bad_image')])).toBeCloseTo(1 / 2);
});

it('ADJ3 a disputed label costs what the model thinks, times what that mistake costs', () => {
  expect(costOfDispute({ 2: { 1: 5 } }, 1, { classId: 2, probability: 0.9 })).toBeCloseTo(4.5);
});
