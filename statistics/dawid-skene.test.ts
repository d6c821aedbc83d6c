import { describe, expect, it } from 'vitest';
import { krippendorffAlpha } from './agreement.ts';
import { dawidSkene, type RaterAnswer } from './dawid-skene.ts';
import { createRandom } from './random.ts';

/**
 * Five anaesthetists on 45 patients, the first of them three times: table 1 of Dawid and Skene, "Maximum Likelihood Estimation of
 * Observer Error-Rates Using the EM Algorithm", Applied Statistics 28 (1979). One patient a word: three answers of the first, then one
 * of each other.
 */
const patients = `1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111
1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222`.split(/\s+/);
/** The likeliest answer for each patient, as published. */
const published = '142222132243121111222222112111131224233111212'.split('').map(Number);
const given = patients.flatMap((digits, item) => digits.split('').map((digit, at): RaterAnswer => ({ item, rater: Math.max(0, at - 2), answer: Number(digit) - 1 })));

describe('Dawid and Skene on their own data', () => {
  const found = dawidSkene(given, { items: 45, raters: 5, answers: 4 });
  it('finds the published answer for every patient', () => {
    expect(patients).toHaveLength(45);
    expect(found.truth.map((row) => row.indexOf(Math.max(...row)) + 1)).toEqual(published);
  });
  it('finds the published shares of the answers', () => {
    expect(found.prevalence.map((share) => share.toFixed(2))).toEqual(['0.40', '0.42', '0.11', '0.07']);
  });
  it('finds the published errors of the first observer', () => {
    expect(found.confusion[0]?.map((row) => row.map((share) => share.toFixed(2)))).toEqual([['0.89', '0.11', '0.00', '0.00'], ['0.07', '0.88', '0.05', '0.00'], ['0.00', '0.34', '0.66', '0.00'], ['0.00', '0.00', '0.56', '0.44']]);
  });
});

it('finds who answers at random, and the truth in spite of them', () => {
  const random = createRandom(7);
  const truth = Array.from({ length: 400 }, () => Math.floor(random() * 3));
  const right = [0.95, 0.9, 0.85, 0.8, 0];
  const answers = truth.flatMap((is, item) => right.map((share, rater): RaterAnswer => ({ item, rater, answer: random() < share ? is : Math.floor(random() * 3) })));
  const found = dawidSkene(answers, { items: 400, raters: 5, answers: 3, prior: 1 });
  const reliability = found.confusion.map((rows) => rows.reduce((sum, row, at) => sum + (found.prevalence[at] ?? 0) * (row[at] ?? 0), 0));
  // Who guesses is right in one of three.
  const honest = right.map((share) => share + (1 - share) / 3);
  reliability.forEach((estimate, at) => expect(Math.abs(estimate - (honest[at] ?? 0))).toBeLessThan(0.05));
  const correct = found.truth.filter((row, item) => row.indexOf(Math.max(...row)) === truth[item]).length;
  expect(correct).toBeGreaterThan(375);
});

it('says nothing of what nobody answered, and refuses what lies outside', () => {
  expect(dawidSkene([], { items: 1, raters: 1, answers: 2 }).truth).toEqual([[0.5, 0.5]]);
  expect(() => dawidSkene([{ item: 1, rater: 0, answer: 0 }], { items: 1, raters: 1, answers: 2 })).toThrow(RangeError);
});

it('alpha is 0.743 on the nominal example of Krippendorff, "Computing Krippendorff’s Alpha-Reliability" (2011), section C', () => {
  const observers = ['123321412...', '1233224125.3', '.3332342251.', '12332441251.'];
  const items = Array.from({ length: 12 }, (_, unit) => observers.map((row) => (row[unit] === '.' ? null : (row[unit] ?? null))));
  expect(krippendorffAlpha(items)).toBeCloseTo(0.743, 3);
});
