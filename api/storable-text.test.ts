import { expect, it } from 'vitest';
import { refuseUnstorable } from './storable-text.ts';

const bad = ['\u0000', 'a\u0000b', '\ud800', 'x\udc00'];

it.each(bad)('refuses %j wherever it stands, and says where', (text) => {
  expect(() => refuseUnstorable({ a: [{ b: text }] })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID', message: expect.stringContaining('a[0].b') as string }) as Error);
  expect(() => refuseUnstorable({ [text]: 1 })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }) as Error);
});

it('takes all other text, emoji and other scripts among it, and what is no text', () => {
  expect(() => refuseUnstorable({ a: ['狐', '🦊', '\t\n', ''], b: { c: 1, d: null, e: true } })).not.toThrow();
  expect(() => refuseUnstorable(undefined)).not.toThrow();
});
