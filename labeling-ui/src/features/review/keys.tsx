import { keyInWords } from '../../actions/action.ts';

export const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Keys as they are written on keyboards; the number pad's stand for the same. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return keys.filter((key) => !key.startsWith('Numpad')).map((key) => <kbd key={key} aria-hidden="true">{keyInWords(key, mac)}</kbd>);
}
