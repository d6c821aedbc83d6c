import { keyInWords } from '../../actions/action.ts';

export const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Keys as they are written on keyboards; the number pad's stand for the same. Beside a button's text they are not spoken: aria-keyshortcuts tells them. */
export function Keys({ keys, spoken = false }: { keys: readonly string[]; spoken?: boolean }) {
  return keys.filter((key) => !key.startsWith('Numpad')).map((key) => <kbd key={key} aria-hidden={!spoken}>{keyInWords(key, mac)}</kbd>);
}
