/** Numbers and dates in the reader's own locale. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value);
}

/** A share 0–1 as a percentage; between 99 and 100 % one decimal more, so that 0.996 is not "100 %". */
export function percent(share: number): string {
  const digits = share > 0.99 && share < 1 ? 1 : 0;
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

export function instant(iso: string | null): string {
  return iso === null ? '—' : new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
