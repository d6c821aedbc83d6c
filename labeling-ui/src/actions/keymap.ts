import type { Action } from './action.ts';

/** What a person changed: the keys of an action, by its id; an empty list takes its keys away. */
export type Keymap = Readonly<Record<string, readonly string[]>>;

/** The table with a person's own keys. A key that was given away does nothing else any more. */
export function withKeys<Context>(actions: readonly Action<Context>[], keymap: Keymap): readonly Action<Context>[] {
  const given = new Map<string, string>();
  for (const action of actions) for (const key of keymap[action.id] ?? []) given.set(key.toLowerCase(), action.id);
  return actions.map((action) => ({ ...action, keys: (keymap[action.id] ?? action.keys).filter((key) => (given.get(key.toLowerCase()) ?? action.id) === action.id) }));
}

/** The action that a key starts now. */
export const ownerOf = <Context>(actions: readonly Action<Context>[], key: string): Action<Context> | undefined => actions.find((action) => action.keys.some((each) => each.toLowerCase() === key.toLowerCase()));

/** The keymap after a key was given to an action; other actions lose it. */
export function giveKey(keymap: Keymap, id: string, key: string | null): Keymap {
  const without = Object.fromEntries(Object.entries(keymap).map(([other, keys]) => [other, keys.filter((each) => each.toLowerCase() !== key?.toLowerCase())]));
  return { ...without, [id]: key === null ? [] : [key] };
}

export interface PressedKey { readonly key: string; readonly code: string; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean; readonly shiftKey: boolean }

/** What was pressed, in tinykeys form; null for a bare modifier. */
export function keyPressed({ key, code, ctrlKey, metaKey, altKey, shiftKey }: PressedKey): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'Dead', 'CapsLock', 'Unidentified', 'Process'].includes(key)) return null;
  const digit = /^Digit\d$/.test(code) && !shiftKey;
  const name = key === ' ' ? 'Space' : digit ? code : key.length === 1 ? key.toLowerCase() : key;
  // A sign that needs Shift on this keyboard may need none on another, so Shift is allowed, not asked for.
  const sign = key.length === 1 && !/[\p{L}\d ]/u.test(key);
  const shift = !shiftKey ? (sign ? ['[Shift]'] : []) : sign ? ['[Shift]'] : ['Shift'];
  return [...(ctrlKey || metaKey ? ['$mod'] : []), ...(altKey ? ['Alt'] : []), ...shift, name].join('+');
}
