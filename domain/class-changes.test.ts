import { expect, it } from 'vitest';
import { mergeProbabilities, mergesOf, policyWithout, splitClasses, unknownInPolicy } from './class-changes.ts';
import { defaultPolicy, type Policy } from './policy.ts';

const merge = (from: number[], into: number) => ({ kind: 'merge' as const, from, into: [into] });

it('CLASS1 what merged is found where it went, also when that merged later', () => {
  expect([...mergesOf([merge([1, 2], 3), { kind: 'add', from: [], into: [7] }, merge([3], 4)])]).toEqual([[1, 4], [2, 4], [3, 4]]);
  // A record that goes in a circle ends all the same.
  expect(mergesOf([merge([1], 2), merge([2], 1)]).size).toBe(2);
});

it('CLASS2 probabilities of merged classes are added, and sorted again', () => {
  const classes = [{ classId: 0, probability: 0.5 }, { classId: 1, probability: 0.3 }, { classId: 2, probability: 0.25 }];
  expect(mergeProbabilities(classes, mergesOf([merge([1], 2)]))).toEqual([{ classId: 2, probability: 0.55 }, { classId: 0, probability: 0.5 }]);
});

it('CLASS3 a policy loses what it said of classes that went, and is the same where it said nothing', () => {
  const policy: Policy = { ...defaultPolicy, costs: { 1: { 2: 5 }, 2: { 0: 3 } }, gate: { ...defaultPolicy.gate, listedClasses: [{ classId: 2, margin: 0.01 }, { classId: 0, margin: 0.02 }] } };
  const next = policyWithout(policy, new Set([2]));
  expect(next).toMatchObject({ costs: { 1: {} }, gate: { listedClasses: [{ classId: 0 }] } });
  expect(policyWithout(policy, new Set([9]))).toBe(policy);
  expect(unknownInPolicy(policy, new Set([0, 1]))).toEqual([2]);
  expect(unknownInPolicy(next, new Set([0, 1]))).toEqual([]);
});

it('CLASS4 an answer that named a split class is known by it', () => {
  expect(splitClasses([{ kind: 'split', from: [3], into: [4, 5] }, merge([4], 5)])).toEqual(new Set([3]));
});
