import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createSignIn } from '../adapters/auth/better-auth.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createKeyedReplies } from '../adapters/postgres/keyed-reply-repository.ts';
import { createPeopleRepository } from '../adapters/postgres/people-repository.ts';
import { createProjectRepository } from '../adapters/postgres/project-repository.ts';
import { secret } from '../testing/api-world.ts';
import { z } from 'zod';
import { route } from './route.ts';
import { createApp } from './server.ts';

const token = 'a'.repeat(32);
// Signed as better-auth signs, so that the session is looked for in the database.
const signature = encodeURIComponent(createHmac('sha256', secret).update(token).digest('base64'));
const publicUrl = 'http://localhost:7300';

it.each([
  ['a key', { 'x-api-key': 'prn_0123456789012345678901234567890123456789' }],
  ['a session', { cookie: `better-auth.session_token=${token}.${signature}` }],
])('without a database, someone with %s is told to come back, and the api is not ready', async (_what, headers) => {
  // The discard port of loopback: nobody listens there.
  const database = createDatabase('postgres://nobody@127.0.0.1:9/none');
  const people = createPeopleRepository(database);
  const signIn = createSignIn({ database, secret, publicUrl, trustedOrigins: [publicUrl] });
  const app = createApp({
    routes: [route({ method: 'get', path: '/v1/me', access: 'signed-in', summary: '', reply: z.strictObject({}), handle: async () => { await database.$queryRaw`SELECT 1`; return {}; } })],
    publicUrl, allowedHosts: [], servingUrl: 'http://127.0.0.1:9', actorSecret: secret, uiDir: '/nowhere', logger: pino({ level: 'silent' }),
    checks: { needed: { database: async () => { await database.$queryRaw`SELECT 1`; } }, wanted: {} },
    signIn: (incoming, outgoing) => signIn.handler(incoming, outgoing), session: (from) => signIn.session(from), keyBySecret: (key) => people.keyBySecret(key),
    roleOf: (userId, projectId) => people.roleOf(userId, projectId), projectBySlug: (slug) => createProjectRepository(database).bySlug(slug), keyedReplies: createKeyedReplies(database),
  });
  const answer = await request(app).get('/v1/me').set('Host', 'localhost:7300').set(headers);
  expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'DATABASE_UNAVAILABLE', '2']);
  expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN/);
  expect((await request(app).get('/readyz')).body).toEqual({ status: 'not ready', checks: { database: 'failed' } });
  expect((await request(app).get('/healthz')).status).toBe(200);
});
