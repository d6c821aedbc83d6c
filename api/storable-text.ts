import { PerennialError } from '../domain/errors.ts';

/** Whether the database can keep a text: it knows no sign 0, and half a surrogate pair is no text. */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** Looks at every text and name in a parsed body, whose depth has a limit. @throws PerennialError REQUEST_INVALID, naming the place */
export function refuseUnstorable(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) throw new PerennialError('REQUEST_INVALID', `${path === '' ? 'a value' : path}: a text with a sign that cannot be kept`);
  } else if (Array.isArray(value)) {
    value.forEach((each, at) => refuseUnstorable(each, `${path}[${at}]`));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      if (!isStorable(name)) throw new PerennialError('REQUEST_INVALID', `${path}: a name with a sign that cannot be kept`);
      refuseUnstorable(each, path === '' ? name : `${path}.${name}`);
    }
  }
}
