import { expect, it } from 'vitest';
import { disputedLabels, type HeldOutAnswer } from './label-disputes.ts';

const answer = (labelId: string, classId: number, ...probabilities: number[]): HeldOutAnswer => ({ labelId, imageId: `image ${labelId}`, classId, probabilities });

it('DISPUTE1 the label that the model most strongly denies comes first', () => {
  const answers = [answer('a', 0, 0.9, 0.1), answer('b', 0, 0.8, 0.2), answer('c', 1, 0.05, 0.95), answer('d', 1, 0.95, 0.05), answer('e', 1, 0.9, 0.1), answer('f', 0, 0.7, 0.3)];
  expect(disputedLabels(answers, [0, 1])).toEqual([
    { labelId: 'd', imageId: 'image d', labelled: 1, classId: 0, probability: 0.95, labelProbability: 0.05 },
    { labelId: 'e', imageId: 'image e', labelled: 1, classId: 0, probability: 0.9, labelProbability: 0.1 },
  ]);
});

it('DISPUTE2 a doubt smaller than the model’s usual one is none', () => {
  // Of images labelled 1 the model is usually 0.9 sure; 0.55 is nothing to it.
  const answers = [answer('a', 1, 0.1, 0.9), answer('b', 1, 0.1, 0.9), answer('c', 0, 0.45, 0.55), answer('d', 0, 0.9, 0.1)];
  expect(disputedLabels(answers, [0, 1])).toEqual([]);
});

it('DISPUTE3 a class that nobody gave disputes nothing', () => {
  expect(disputedLabels([answer('a', 0, 0.1, 0.9)], [0, 1])).toEqual([]);
  expect(disputedLabels([], [0, 1])).toEqual([]);
});
