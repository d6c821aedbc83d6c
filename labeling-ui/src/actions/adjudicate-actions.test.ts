import { expect, it } from 'vitest';
import { paletteOf } from '../features/review/palette.ts';
import { adjudicateActions, verdictOf } from './adjudicate-actions.ts';
import { gridActions } from './grid-actions.ts';

const palette = paletteOf(['fox', 'deer', 'bear', 'empty'].map((name, classId) => ({ classId, name })));

it('binds no key twice, on the adjudication page and in the grid', () => {
  for (const table of [adjudicateActions(palette), gridActions(palette)]) {
    const keys = table.flatMap((action) => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
  }
});
it('a digit settles on an answer that says what the image is; unsure and skipped ones have no digit', () => {
  const split = [{ kind: 'unsure', classId: null }, { kind: 'class', classId: 2 }, { kind: 'bad_image', classId: null }];
  expect([1, 2, 3].map((digit) => verdictOf(split, digit))).toEqual([{ kind: 'class', classId: 2 }, { kind: 'unusable' }, null]);
});
