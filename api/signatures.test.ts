import { createHmac } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { readActor, signActor } from './actor-token.ts';
import { createImageUrls } from './image-urls.ts';

const secret = 'b6e1f0c29a7d4835917fe2c4d8a05b36';
const actor = { kind: 'person', id: 'u1', name: 'Ana', role: 'annotator', projectId: 'p1' } as const;
afterEach(() => { vi.useRealTimers(); });

it('serving reads who the api said is asking', () => {
  expect(readActor(signActor(actor, secret), secret)).toEqual(actor);
});

it('a token is worth nothing under another secret, with another role, or after a minute', () => {
  const token = signActor(actor, secret);
  expect(readActor(token, `${secret}x`)).toBeNull();
  const [payload = '', mac = ''] = token.split('.');
  const raised = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('annotator', 'admin')).toString('base64url');
  expect(readActor(`${raised}.${mac}`, secret)).toBeNull();
  vi.useFakeTimers({ now: Date.now() + 61_000 });
  expect(readActor(token, secret)).toBeNull();
});

it.each(['', '.', 'a', 'a.b', '..', `${'a'.repeat(10_000)}.b`])('%j is no token, and no error', (token) => {
  expect(readActor(token, secret)).toBeNull();
});

it('an image’s signature cannot be used as a token of a person', () => {
  const payload = Buffer.from(JSON.stringify({ ...actor, until: Date.now() + 1000 })).toString('base64url');
  expect(readActor(`${payload}.${createHmac('sha256', secret).update(`view\n${payload}`).digest('base64url')}`, secret)).toBeNull();
});

it('a link to a view holds for that image, kind and time alone, for 6 to 12 hours', () => {
  let now = Date.UTC(2026, 0, 5, 12);
  const urls = createImageUrls(secret, () => now);
  const link = new URL(urls.sign('p1', 'i1', 'thumbnail'), 'http://x');
  const until = Number(link.searchParams.get('until'));
  const signature = link.searchParams.get('signature') ?? '';
  expect(urls.holds('p1', 'i1', 'thumbnail', until, signature)).toBe(true);
  expect(urls.holds('p2', 'i1', 'thumbnail', until, signature)).toBe(false);
  expect(urls.holds('p1', 'i2', 'thumbnail', until, signature)).toBe(false);
  expect(urls.holds('p1', 'i1', 'fitted', until, signature)).toBe(false);
  expect(urls.holds('p1', 'i1', 'thumbnail', until + 1, signature)).toBe(false);
  expect(urls.holds('p1', 'i1', 'thumbnail', until, 'ü'.repeat(32))).toBe(false);
  expect((until - now) / 3600_000).toBeGreaterThanOrEqual(6);
  expect((until - now) / 3600_000).toBeLessThanOrEqual(12);
  now = until;
  expect(urls.holds('p1', 'i1', 'thumbnail', until, signature)).toBe(false);
});
