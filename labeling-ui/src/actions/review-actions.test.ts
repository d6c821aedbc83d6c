import { describe, expect, it } from 'vitest';
import type { ReviewItemReply } from '../../../contracts/reviews.ts';
import { paletteOf, reservedLetters } from '../features/review/palette.ts';
import type { Decision } from '../features/review/save-queue.ts';
import { isMessageKey, t } from '../messages/index.ts';
import { reviewActions, type ReviewContext } from './review-actions.ts';

const classes = ['fox', 'deer', 'bear', 'boar', 'fisher', 'empty'].map((name, classId) => ({ classId, name }));
const palette = paletteOf(classes);
const actions = reviewActions(palette);
const prediction = { top: [{ classId: 4, name: 'fisher', probability: 0.5 }, { classId: 0, name: 'fox', probability: 0.3 }], confidence: 0.5, flags: [], modelVersionNumber: 1 };

function context(over: Partial<ReviewContext> = {}) {
  const decided: Decision[] = [];
  const base: ReviewContext = {
    item: { id: 'i', blind: false, prediction } as unknown as ReviewItemReply, palette, lastDecision: null, mayDecide: true, canUndo: false, canGo: { back: false, on: false },
    decide: (decision) => { decided.push(decision); }, undo: () => undefined, move: () => undefined, moveBurst: () => undefined, toggleZoom: () => undefined, toggleMagnifier: () => undefined, toggleLight: () => undefined, toggleActivation: () => undefined,
    turnLight: () => undefined, mayExcept: false, toggleException: () => undefined, against: () => undefined, view: 'single', show: () => undefined, resetLight: () => undefined, open: () => undefined, ...over,
  };
  return { base, decided };
}
const press = (key: string, over?: Partial<ReviewContext>): Decision[] => {
  const { base, decided } = context(over);
  for (const action of actions) if (action.keys.includes(key) && action.enabledWhen(base)) action.run(base);
  return decided;
};
const blind = { item: { id: 'i', blind: true, prediction: null } as unknown as ReviewItemReply };

describe('review actions', () => {
  it('binds no key twice and names no action twice, however many classes there are', () => {
    const many = reviewActions(paletteOf(Array.from({ length: 200 }, (_, classId) => ({ classId, name: `species ${classId}` }))));
    for (const table of [actions, many]) {
      const keys = table.flatMap((action) => action.keys);
      expect(new Set(keys).size).toBe(keys.length);
      expect(new Set(table.map((action) => action.id)).size).toBe(table.length);
    }
  });
  it('has a text for every action and group', () => {
    for (const action of actions) {
      expect(isMessageKey(action.label)).toBe(true);
      expect(t(action.label, action.labelParams)).not.toMatch(/[{}]/);
      expect(isMessageKey(`group.${action.group}`)).toBe(true);
    }
  });
  it('keeps the letters that act from the classes, and gives a class a letter of its name where it can', () => {
    expect(palette.map((entry) => entry.key)).toEqual(['f', 'd', 'e', 'o', 'i', 't']);
    for (const { key } of palette) expect(reservedLetters.has(key ?? '')).toBe(false);
    for (const letter of reservedLetters) expect(actions.some((action) => action.keys.includes(letter))).toBe(true);
  });
  it('Space and Enter accept the model’s answer; digits pick from its top', () => {
    expect(press('Space')).toEqual([{ kind: 'class', classId: 4 }]);
    expect(press('Enter')).toEqual([{ kind: 'class', classId: 4 }]);
    expect(press('Digit2')).toEqual([{ kind: 'class', classId: 0 }]);
    expect(press('Digit3')).toEqual([]);
  });
  it('on a blind item digits are the palette and Space does nothing', () => {
    expect(press('Digit2', blind)).toEqual([{ kind: 'class', classId: 1 }]);
    expect(press('Space', blind)).toEqual([]);
    expect(press('Enter', blind)).toEqual([]);
  });
  it('answers nothing before the image is seen', () => {
    const { base } = context({ mayDecide: false });
    const enabled = actions.filter((action) => action.enabledWhen(base)).map((action) => action.id);
    expect(enabled.filter((id) => actions.find((action) => action.id === id)?.group !== 'look')).toEqual(['view-burst', 'view-grid', 'commands', 'help', 'macros']);
  });
  it('a macro answers with its comment, and not about a class that is gone', () => {
    const macro = (classId: number) => ({ id: 'm', project: 'p', name: 'two foxes', key: 'F2', decision: { kind: 'class' as const, classId, comment: 'two of them' } });
    const { base, decided } = context();
    const run = (classId: number): void => { for (const action of reviewActions(palette, [macro(classId)])) if (action.keys.includes('F2') && action.enabledWhen(base)) action.run(base); };
    run(99);
    expect(decided).toEqual([]);
    run(0);
    expect(decided).toEqual([{ kind: 'class', classId: 0, comment: 'two of them' }]);
  });
  it('repeats the last answer', () => {
    expect(press('r')).toEqual([]);
    expect(press('r', { lastDecision: { kind: 'bad_image' } })).toEqual([{ kind: 'bad_image' }]);
  });
});
