import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secret } from '../testing/api-world.ts';
import { readActor } from './actor-token.ts';
import { forwardToServing } from './forward.ts';
import { createErrorHandler } from './problem.ts';

const seen: { headers: IncomingMessage['headers']; bytes: number; url: string | undefined }[] = [];
let serving: Server;
beforeAll(async () => {
  serving = createServer((incoming, outgoing) => {
    if (incoming.url?.includes('early') === true) {
      outgoing.writeHead(413, { 'content-type': 'application/problem+json', connection: 'close' }).end('{"code":"IMAGE_TOO_LARGE"}');
      return;
    }
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => { bytes += chunk.length; });
    incoming.on('end', () => {
      seen.push({ headers: incoming.headers, bytes, url: incoming.url });
      outgoing.writeHead(200, { 'content-type': 'application/json', 'idempotency-replayed': 'true', 'x-inside': 'not for callers' }).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => { serving.listen(0, '127.0.0.1', resolve); });
});
afterAll(() => { serving.close(); });

function api(servingUrl = `http://127.0.0.1:${(serving.address() as AddressInfo).port}`) {
  const app = express();
  app.post('/v1/projects/:project/predictions', forwardToServing({
    servingUrl, actorSecret: secret, session: async () => null, roleOf: async () => null,
    projectBySlug: async (slug) => (slug === 'north' ? { id: 'p1', slug, name: slug, timeZone: 'UTC' } : null),
    keyBySecret: async (key) => (key === 'camera' || key === 'annotator' ? { id: 'k1', name: 'hut', role: key, projectId: 'p1', cameraId: null } : null),
  }));
  app.use(createErrorHandler(pino({ level: 'silent' })));
  return request(app);
}
const path = '/v1/projects/north/predictions?camera=hut';

it('streams the bytes on with a signed word of who asks, and never the key or the cookie', async () => {
  const answer = await api().post(path).set({ 'x-api-key': 'camera', cookie: 'a=b', 'idempotency-key': 'k', 'x-perennial-actor': 'forged', 'content-type': 'image/jpeg' }).send(Buffer.alloc(300_000));
  expect([answer.status, answer.body, answer.headers['idempotency-replayed'], answer.headers['x-inside']]).toEqual([200, { ok: true }, 'true', undefined]);
  const { headers, bytes, url } = seen.at(-1) ?? { headers: {}, bytes: 0, url: '' };
  expect([bytes, url, headers['idempotency-key'], headers['x-api-key'], headers.cookie]).toEqual([300_000, path, 'k', undefined, undefined]);
  expect(readActor(String(headers['x-perennial-actor']), secret)).toEqual({ kind: 'key', id: 'k1', name: 'hut', role: 'camera', projectId: 'p1' });
});

it.each([
  ['nobody', {}, path, 401, 'AUTH_REQUIRED'],
  ['an annotator’s key', { 'x-api-key': 'annotator' }, path, 403, 'AUTH_FORBIDDEN'],
  ['a key of another project', { 'x-api-key': 'camera' }, '/v1/projects/south/predictions', 404, 'PROJECT_NOT_FOUND'],
])('%s never reaches serving', async (_who, headers, address, status, code) => {
  const before = seen.length;
  const answer = await api().post(address).set(headers).send('x');
  expect([answer.status, answer.body.code, seen.length]).toEqual([status, code, before]);
});

it('a refusal that comes before the whole body is passed on', async () => {
  const answer = await api().post('/v1/projects/north/predictions?early').set({ 'x-api-key': 'camera', 'content-type': 'image/jpeg' }).send(Buffer.alloc(200_000));
  expect([answer.status, answer.body.code]).toEqual([413, 'IMAGE_TOO_LARGE']);
});

it('without serving the answer says when to come back', async () => {
  const answer = await api('http://127.0.0.1:9').post(path).set('x-api-key', 'camera').send('x');
  expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'SERVING_NOT_READY', '2']);
});
