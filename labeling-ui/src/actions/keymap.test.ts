import { describe, expect, it } from 'vitest';
import { keyInWords, type Action } from './action.ts';
import { giveKey, keyPressed, ownerOf, type PressedKey, withKeys } from './keymap.ts';

const action = (id: string, ...keys: string[]): Action<object> => ({ id, label: 'action.skip', group: 'answer', keys, enabledWhen: () => true, run: () => undefined });
const table = [action('skip', 's'), action('undo', '$mod+z', 'Backspace'), action('class-0', 'f')];
const press = (key: string, over: Partial<PressedKey> = {}): string | null => keyPressed({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...over });

describe('keymap', () => {
  it('gives a key to one action and takes it from the one that had it', () => {
    const mapped = withKeys(table, giveKey({}, 'skip', 'f'));
    expect(mapped.map(({ id, keys }) => [id, keys])).toEqual([['skip', ['f']], ['undo', ['$mod+z', 'Backspace']], ['class-0', []]]);
    expect(ownerOf(mapped, 'F')?.id).toBe('skip');
    expect(ownerOf(mapped, 's')).toBeUndefined();
  });
  it('the last one given a key has it', () => {
    const keymap = giveKey(giveKey({}, 'skip', 'x'), 'undo', 'x');
    expect(withKeys(table, keymap).filter((each) => each.keys.includes('x')).map((each) => each.id)).toEqual(['undo']);
  });
  it('takes keys away', () => {
    expect(withKeys(table, giveKey({}, 'undo', null))[1]?.keys).toEqual([]);
  });
  it('an action that is gone (a class that was removed) keeps no key from the others', () => {
    expect(withKeys(table, { 'class-9': ['f'] })[2]?.keys).toEqual(['f']);
  });
  it('names what was pressed as tinykeys does', () => {
    expect(press('z', { ctrlKey: true })).toBe('$mod+z');
    expect(press('Z', { shiftKey: true })).toBe('Shift+z');
    expect(press('?', { shiftKey: true })).toBe('[Shift]+?');
    expect(press('[')).toBe('[Shift]+[');
    expect(press(' ')).toBe('Space');
    expect(press('1', { code: 'Digit1' })).toBe('Digit1');
    expect(press('F2')).toBe('F2');
    expect(press('Shift', { shiftKey: true })).toBeNull();
  });
  it('writes keys as keyboards do', () => {
    expect(['$mod+z', '[Shift]+?', 'Shift+ArrowLeft', 'Digit1', '[Shift]+[', 'Alt+F2', 'Space', '+'].map((key) => keyInWords(key))).toEqual(['Ctrl+Z', '?', '⇧←', '1', '[', 'Alt+F2', 'Space', '+']);
    expect(keyInWords('$mod+z', true)).toBe('⌘Z');
  });
});
