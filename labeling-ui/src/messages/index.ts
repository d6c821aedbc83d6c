import { en, type MessageKey } from './en.ts';

export type { MessageKey } from './en.ts';
export type Catalogue = Readonly<Record<MessageKey, string>>;
export type Params = Readonly<Record<string, string | number>>;

/** The languages that are there, each by its own name. */
export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

let catalogue: Catalogue = en;
let language: Language = 'en';

/** Which language to show: what the person chose, else the first one the browser asks for that is there. */
export function languageOf(chosen: string | null, asked: readonly string[]): Language {
  const wanted = [...(chosen === null ? [] : [chosen]), ...asked].map((each) => each.slice(0, 2).toLowerCase());
  return wanted.find((each): each is Language => Object.hasOwn(languages, each)) ?? 'en';
}

/** From here on `t` speaks this language. Called once, before anything is shown. */
export async function speak(next: Language): Promise<void> {
  catalogue = next === 'es' ? (await import('./es.ts')).es : en;
  language = next;
}
export const spoken = (): Language => language;

/** The text for a key, with `{name}` filled in, numbers as the person's locale writes them; a `count` of one takes the text for one. */
export function t(key: MessageKey, params: Params = {}): string {
  const one = `${key}.one`;
  const { count } = params;
  const chosen = typeof count === 'number' && isMessageKey(one) && pluralOf(count) === 'one' ? one : key;
  return catalogue[chosen].replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? formatNumber(value) : value;
  });
}

export const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(en, key);

/** The browser's own locale where it fits the language shown, so that an English page in Britain has British dates. */
const locale = (): string => (typeof navigator !== 'undefined' && navigator.language.startsWith(language) ? navigator.language : language);

/** Making a formatter takes longer than using it a hundred times. */
const made = new Map<string, unknown>();
function kept<Formatter>(name: string, make: (locale: string) => Formatter): Formatter {
  const key = `${name}/${locale()}`;
  if (!made.has(key)) made.set(key, make(locale()));
  return made.get(key) as Formatter;
}
const pluralOf = (count: number): Intl.LDMLPluralRule => kept('plural', (of) => new Intl.PluralRules(of)).select(count);
export const formatNumber = (value: number): string => kept('number', (of) => new Intl.NumberFormat(of)).format(value);
/** 0.873 → "87 %" as the locale writes it; small shares keep a digit. */
export function formatShare(share: number): string {
  const digits = share > 0 && share < 0.1 ? 1 : 0;
  return kept(`share${digits}`, (of) => new Intl.NumberFormat(of, { style: 'percent', maximumFractionDigits: digits })).format(share);
}
/** A difference of shares in percentage points, with its sign: 0.012 is "+1.2". */
export const formatPoints = (share: number): string => kept('points', (of) => new Intl.NumberFormat(of, { maximumFractionDigits: 1, signDisplay: 'exceptZero' })).format(100 * share).replace('-', '−');
/** 13_412_096 → "13 MB", as the locale writes it. */
export function formatBytes(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ['kilobyte', 1e3] as const : bytes < 1e9 ? ['megabyte', 1e6] as const : ['gigabyte', 1e9] as const;
  return kept(`bytes-${unit}`, (of) => new Intl.NumberFormat(of, { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: 3 })).format(bytes / size);
}
export const formatDay = (iso: string): string => kept('day', (of) => new Intl.DateTimeFormat(of, { day: 'numeric', month: 'short' })).format(new Date(iso));
export const formatFigure = (value: number): string => kept('figure', (of) => new Intl.NumberFormat(of, { maximumSignificantDigits: 3 })).format(value);
export const formatTime = (iso: string): string => kept('time', (of) => new Intl.DateTimeFormat(of, { dateStyle: 'medium', timeStyle: 'short' })).format(new Date(iso));
export const formatClock = (iso: string): string => kept('clock', (of) => new Intl.DateTimeFormat(of, { timeStyle: 'medium' })).format(new Date(iso));
/** 1.5 → "1.5 hours"; under an hour in minutes, under a minute in seconds. */
export function formatHours(hours: number): string {
  const [unit, value] = hours >= 1 ? ['hour', hours] as const : hours >= 1 / 60 ? ['minute', hours * 60] as const : ['second', hours * 3600] as const;
  const digits = unit === 'hour' || (unit === 'minute' && value < 10) ? 1 : 0;
  return kept(`unit-${unit}-${digits}`, (of) => new Intl.NumberFormat(of, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits })).format(value);
}
