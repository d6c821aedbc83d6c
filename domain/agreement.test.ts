import { expect, it } from 'vitest';
import { decideItem } from './agreement.ts';
import type { Answer } from './review.ts';

let made = 0;
const answer = (kind: Answer['kind'], classId: number | null = null, more: Partial<Answer> = {}): Answer => ({ id: `a${(made += 1)}`, userId: `u${made}`, kind, classId, withdraws: null, ...more });

it('AGREE1 settles by the first answer where one is wanted, and not before', () => {
  expect(decideItem([answer('class', 3)], 1, 5)).toMatchObject({ state: 'settled', verdict: { kind: 'class', classId: 3 } });
  expect(decideItem([answer('class', 3)], 2, 5)).toEqual({ state: 'open' });
  expect(decideItem([], 1, 0)).toEqual({ state: 'open' });
  // Early: a third answer could not change what two of three say; one of three could.
  expect(decideItem([answer('class', 3), answer('class', 3)], 3, 5)).toMatchObject({ state: 'settled' });
  expect(decideItem([answer('class', 3)], 3, 5)).toEqual({ state: 'open' });
});

it('AGREE2 asks one more where two disagree, and goes to an adjudicator where three do', () => {
  const two = [answer('class', 1), answer('class', 2)];
  expect(decideItem(two, 2, 5)).toEqual({ state: 'open' });
  expect(decideItem([...two, answer('class', 2)], 2, 5)).toMatchObject({ state: 'settled', verdict: { classId: 2 } });
  expect(decideItem([...two, answer('class', 4)], 2, 5)).toEqual({ state: 'unresolved', why: 'disagreement' });
  expect(decideItem([...two, answer('class', 4)], 2, 5, 5)).toEqual({ state: 'open' });
  expect(decideItem(two, 2, 5, 2)).toEqual({ state: 'unresolved', why: 'disagreement' });
  expect(decideItem(two, 2, 0)).toEqual({ state: 'unresolved', why: 'nobody_else' });
});

it('AGREE3 makes bad images and images of people unusable, in agreement with one another', () => {
  expect(decideItem([answer('bad_image'), answer('person')], 2, 5)).toMatchObject({ state: 'settled', verdict: { kind: 'unusable', classId: null } });
});

it('AGREE4 gives unsure and skipped items to somebody else while there is one', () => {
  expect(decideItem([answer('unsure')], 1, 1)).toEqual({ state: 'open' });
  expect(decideItem([answer('unsure')], 1, 0)).toEqual({ state: 'unresolved', why: 'nobody_else' });
  expect(decideItem([answer('skip'), answer('class', 1)], 1, 0)).toMatchObject({ state: 'settled' });
});

it('AGREE5 sends "not in the list" to an adjudicator at once', () => {
  expect(decideItem([answer('not_in_list')], 1, 5)).toEqual({ state: 'unresolved', why: 'not_in_list' });
});

it('AGREE6 does not count what was taken back', () => {
  const taken = answer('class', 1);
  const back = answer('withdrawal', null, { withdraws: taken.id });
  expect(decideItem([taken, back], 1, 5)).toEqual({ state: 'open' });
  expect(decideItem([taken, back, answer('class', 2)], 1, 5)).toMatchObject({ verdict: { classId: 2 } });
});

it('AGREE7 makes an image with a person in it unusable at once', () => {
  const seen = answer('person');
  expect(decideItem([answer('class', 1), answer('class', 1), seen], 5, 5)).toMatchObject({ state: 'settled', verdict: { kind: 'unusable' }, decisive: { id: seen.id } });
  expect(decideItem([seen, answer('withdrawal', null, { withdraws: seen.id })], 1, 5)).toEqual({ state: 'open' });
});
