import { en, type MessageKey } from './en.ts';

export type { MessageKey } from './en.ts';
export type Catalogue = Readonly<Record<MessageKey, string>>;
export type Params = Readonly<Record<string, string | number>>;

const catalogue: Catalogue = en;
const language = 'en';

/** The text for a key, with `{name}` filled in; numbers as the person's locale writes them. */
export function t(key: MessageKey, params: Params = {}): string {
  return catalogue[key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? formatNumber(value) : value;
  });
}

export const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(en, key);

/** The browser's own locale where it fits the language shown, so that an English page in Britain has British dates. */
const locale = (): string => (typeof navigator !== 'undefined' && navigator.language.startsWith(language) ? navigator.language : language);
export const formatNumber = (value: number): string => new Intl.NumberFormat(locale()).format(value);
/** 0.873 → "87 %" as the locale writes it; small shares keep a digit. */
export const formatShare = (share: number): string => new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 }).format(share);
export const formatFigure = (value: number): string => new Intl.NumberFormat(locale(), { maximumSignificantDigits: 3 }).format(value);
export const formatTime = (iso: string): string => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
