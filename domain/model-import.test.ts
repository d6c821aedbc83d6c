import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf } from './head.ts';
import { headOverClasses, rowsForClasses } from './model-import.ts';

const classes = ['Hare', 'red_fox', 'badger', 'owl'].map((name, at) => ({ classId: at * 10, name }));
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('which output answers for which class', () => {
  it.each<[string, string[], Record<string, string> | undefined, (number | null)[]]>([
    ['equal names, in another order', ['owl', 'badger', 'red_fox', 'Hare'], undefined, [3, 2, 1, 0]],
    ['equal but for case, spaces and dashes', ['HARE', ' Red-Fox', 'badger', 'owl'], undefined, [0, 1, 2, 3]],
    ['a class that the model does not know', ['badger', 'Hare'], undefined, [1, null, 0, null]],
    ['told otherwise', ['leveret', 'owl'], { leveret: 'Hare' }, [0, null, null, 1]],
    ['told otherwise wins over an equal name', ['owl', 'Hare'], { owl: 'badger' }, [1, null, 0, null]],
  ])('%s', (_what, names, renamed, rows) => { expect(rowsForClasses(names, classes, renamed)).toEqual(rows); });

  it('a name that is no class, or two outputs for one class, is refused by name', () => {
    expect(() => rowsForClasses(['Hare', 'lynx', 'wolf'], classes)).toThrow(/no class for lynx, wolf; its classes are Hare, red_fox, badger, owl/);
    expect(codeOf(() => rowsForClasses(['Hare', 'hare'], classes))).toBe('MODEL_CLASSES_MISMATCH');
    expect(codeOf(() => rowsForClasses(['Hare', 'owl'], classes, { owl: 'Hare' }))).toBe('MODEL_CLASSES_MISMATCH');
    expect(codeOf(() => rowsForClasses(['toString', 'owl'], classes))).toBe('MODEL_CLASSES_MISMATCH');
  });
  it('names that differ in case alone are told apart exactly, and never guessed', () => {
    const twins = [{ classId: 0, name: 'Fox' }, { classId: 1, name: 'fox' }];
    expect(rowsForClasses(['fox', 'Fox'], twins)).toEqual([1, 0]);
    expect(codeOf(() => rowsForClasses(['FOX', 'fox'], twins))).toBe('MODEL_CLASSES_MISMATCH');
  });
});

describe('the last layer over the project’s classes', () => {
  const values = (length: number) => fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));

  it('answers as the model did for its classes, and never with one that it does not know', () => {
    fc.assert(fc.property(values(6), values(3), values(2), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 3, maxLength: 3 }), (weights, bias, embedding, places) => {
      const rowOf = classes.map((_, at) => (places.includes(at) ? places.indexOf(at) : null));
      const own = answerOf({ classIds: [0, 1, 2], dimensions: 2, weights, bias, temperature: 1, normalise: 'none', centroids: null }, embedding).probabilities;
      const head = headOverClasses({ weights, bias, dimensions: 2 }, classes, rowOf);
      const { probabilities } = answerOf(head, embedding);
      rowOf.forEach((row, at) => expect(probabilities[at]).toBeCloseTo(row === null ? 0 : own[row]!, 9));
      expect(head.classIds).toEqual([0, 10, 20, 30]);
    }));
  });
});
