import type { MessageKey, Params } from '../messages/index.ts';

/** One thing a person can do; button, key, help sheet and undo all come from this one entry. */
export interface Action<Context> {
  readonly id: string;
  readonly label: MessageKey;
  readonly labelParams?: Params;
  readonly group: 'answer' | 'class' | 'move' | 'look';
  /** In tinykeys form; empty where only a button does it. */
  readonly keys: readonly string[];
  readonly enabledWhen: (context: Context) => boolean;
  readonly run: (context: Context) => void;
}

const shown: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', Space: 'Space', Enter: 'Enter', '[Shift]+?': '?', '[Shift]+/': '/' };

/** A key as it is written on keyboards. */
export function keyInWords(key: string, mac = false): string {
  const known = shown[key];
  if (known !== undefined) return known;
  const bare = key.replace('$mod+', mac ? '⌘' : 'Ctrl+').replace('Digit', '').replace('Numpad', '');
  return bare.length === 1 ? bare.toUpperCase() : bare.replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`);
}
