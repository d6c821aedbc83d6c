import type { MessageKey, Params } from '../messages/index.ts';

export const actionGroups = ['answer', 'class', 'macro', 'move', 'look', 'page'] as const;

/** One thing a person can do; button, key, help sheet, command palette and undo all come from this one entry. */
export interface Action<Context> {
  readonly id: string;
  readonly label: MessageKey;
  readonly labelParams?: Params;
  readonly group: (typeof actionGroups)[number];
  /** In tinykeys form; empty where only a button does it. */
  readonly keys: readonly string[];
  readonly enabledWhen: (context: Context) => boolean;
  readonly run: (context: Context) => void;
}

const shown: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', PageUp: 'PgUp', PageDown: 'PgDn', Escape: 'Esc', Backspace: '⌫', Delete: 'Del' };

/** A key as it is written on keyboards. */
export function keyInWords(key: string, mac = false): string {
  const parts = key.split(/(?<=.)\+/);
  const last = parts.pop() ?? '';
  const bare = shown[last] ?? last.replace('Digit', '').replace('Numpad', '');
  const held = parts.filter((part) => !part.startsWith('[')).map((part) => (part === '$mod' ? (mac ? '⌘' : 'Ctrl+') : part === 'Shift' ? '⇧' : `${part}+`));
  return `${held.join('')}${bare.length === 1 ? bare.toUpperCase() : bare}`;
}

/** A key as `aria-keyshortcuts` wants it. */
export const keyForAria = (key: string, mac = false): string => key.replace('$mod', mac ? 'Meta' : 'Control').replace('[Shift]+', '').replace('Digit', '');
