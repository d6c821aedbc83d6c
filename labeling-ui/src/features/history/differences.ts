/** Fields that are not the same, deep ones by their path: [name, before, after]. */
export function differences(before: unknown, after: unknown, path = ''): [name: string, was: string | null, is: string][] {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(after)) {
    const is = inWords(after);
    return inWords(before) === is || is === '' ? [] : [[path, before === undefined || before === null ? null : inWords(before), is]];
  }
  const was = isObject(before) ? before : {};
  return Object.keys(after).flatMap((name) => differences(was[name], after[name], path === '' ? name : `${path}.${name}`));
}

const longest = 120;
function inWords(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return `…${value.slice(-8)}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
