import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from '../domain/errors.ts';
import { errorMap } from './error-map.ts';

const page = readFileSync(new URL('../docs/ERRORS.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (.+?) \| (\d*) ?\| (.+) \|$/gm)].map(([, code, status, means, again, helps]) => ({ code, status: Number(status), means, again, helps }));
const codes = Object.keys(errorCodes).toSorted();

it('every code has a status, and every status a code', () => {
  expect(Object.keys(errorMap).toSorted()).toEqual(codes);
});

it('docs/ERRORS.md has every code once, and no other', () => {
  expect(rows.map(({ code }) => code ?? '').toSorted()).toEqual(codes);
});

it.each(rows)('docs/ERRORS.md says of $code what the tables say', ({ code, status, means, again, helps }) => {
  const known = code as keyof typeof errorCodes;
  expect({ status, means, again }).toEqual({ status: errorMap[known].status, means: errorCodes[known], again: String(errorMap[known].retryAfter ?? '') });
  expect(helps?.length).toBeGreaterThan(10);
});

it('each status is one a caller can act on, and every 503 says when to come back', () => {
  for (const { status, retryAfter } of Object.values(errorMap)) {
    expect(status).toBeGreaterThanOrEqual(400);
    if (status === 503 || status === 429) expect(retryAfter).toBeGreaterThan(0);
  }
});
