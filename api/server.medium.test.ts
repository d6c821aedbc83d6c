import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keyRoles } from '../domain/roles.ts';
import { type ApiWorld, createApiWorld, publicUrl } from '../testing/api-world.ts';
import { forwardedRoutes } from './forwarded-routes.ts';
import { mountRoutes } from './mount.ts';
import { type Route, route } from './route.ts';

let world: ApiWorld;
let projectId: string;
let machine: string;
const ran: string[] = [];

const things = '/v1/projects/{project}/things';
const projectParams = z.strictObject({ project: z.string() });
const moreRoutes: Route[] = [
  route({
    method: 'post', path: things, access: 'annotator', summary: 'Does something once', params: projectParams, key: 'required', status: 201,
    body: z.strictObject({ zebra: z.string(), ant: z.number() }), reply: z.strictObject({ zebra: z.string(), id: z.number(), a: z.string() }),
    handle: async ({ body, key }) => {
      ran.push(key);
      await sleep(20);
      if (body.zebra === 'breaks') throw new Error('planted secret in a stack');
      return { zebra: body.zebra, id: ran.length, a: 'x' };
    },
  }),
  route({ method: 'get', path: things, access: 'annotator', summary: 'Answers what its schema does not allow', params: projectParams, reply: z.strictObject({ n: z.number() }), handle: async () => ({ n: 'no number' }) as unknown as { n: number } }),
];

beforeAll(async () => {
  world = await createApiWorld(moreRoutes);
  projectId = await world.project('north');
  machine = (await world.key('admin', null)).secret;
});
afterAll(() => world.close());

const post = (path: string, key = machine) => world.call('post', path).set('x-api-key', key);
const codeOf = (answer: { body: { code?: string } }) => answer.body.code;

describe('the pipeline', () => {
  it('answers health without a host, and nothing else', async () => {
    expect((await world.call('get', '/healthz').set('Host', 'elsewhere.example')).status).toBe(200);
    const rebound = await world.call('get', '/v1/me').set('Host', 'elsewhere.example').set('x-api-key', machine);
    expect([rebound.status, codeOf(rebound)]).toEqual([403, 'AUTH_ORIGIN_REFUSED']);
  });

  it('sends a strict content security policy and no name of the server', async () => {
    const { headers } = await world.call('get', '/openapi.json');
    expect(headers['content-security-policy']).toMatch(/script-src 'self';/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('has every route of the table in the OpenAPI document, and serves its page from here alone', async () => {
    const { body } = await world.call('get', '/openapi.json');
    const listed = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(listed).toEqual(expect.arrayContaining([...world.routes, ...forwardedRoutes].map(({ method, path }) => `${method} ${path}`)));
    const post = (path: string) => (body.paths as Record<string, { post: { requestBody: { content: object } } }>)[`/v1/projects/{project}/${path}`]?.post;
    expect(Object.keys(post('predictions')?.requestBody.content ?? {})).toEqual(['image/jpeg', 'image/png', 'image/webp', 'multipart/form-data']);
    expect(post('predictions')).toMatchObject({ parameters: expect.arrayContaining([expect.objectContaining({ name: 'Idempotency-Key' })]) as unknown });
    const page = await world.call('get', '/docs');
    expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect((await world.call('get', '/docs/swagger-ui-bundle.js')).status).toBe(200);
  });

  it('tells the methods of a known address, and 404 of an unknown one', async () => {
    const wrong = await post('/v1/me');
    expect([wrong.status, wrong.headers['allow'], codeOf(wrong)]).toEqual([405, 'GET', 'REQUEST_METHOD_NOT_ALLOWED']);
    const unknown = await world.call('get', '/v1/nothing');
    expect([unknown.status, unknown.headers['content-type'], codeOf(unknown)]).toEqual([404, 'application/problem+json; charset=utf-8', 'REQUEST_NOT_FOUND']);
  });

  it('names the fields that are wrong', async () => {
    const { status, body } = await post('/v1/projects').send({ slug: 'NO', name: 'x', classes: ['a', 'b'] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ path: 'slug' }] });
    expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'slug=a', 415],
    ['a text', 'text/plain', '{"slug":"a"}', 415],
    ['broken JSON', 'application/json', '{"slug":', 400],
    ['10,000 levels', 'application/json', '['.repeat(10_000) + ']'.repeat(10_000), 400],
    ['40 levels in a field that takes anything', 'application/json', `{"slug":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, 400],
    ['__proto__', 'application/json', '{"__proto__":{"admin":true},"slug":"a"}', 400],
    ['bad UTF-8 percent', 'application/json', '"%E0%A4%A"', 400],
    ['over 1 MB', 'application/json', JSON.stringify({ slug: 'a'.repeat(1_100_000) }), 413],
  ])('F32 refuses %s', async (_what, type, body, status) => {
    const answer = await post('/v1/projects').set('Content-Type', type).send(body);
    expect(answer.status).toBe(status);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('F46 never tells a stack, a cause or a secret, and logs none of the last', async () => {
    const broken = await post('/v1/projects/north/things').set('Idempotency-Key', 'breaks').send({ zebra: 'breaks', ant: 1 });
    expect([broken.status, codeOf(broken)]).toEqual([500, 'INTERNAL']);
    expect(broken.text).not.toMatch(/planted|\.ts/);
    expect(world.logged.join('\n')).toContain('planted secret in a stack');
    expect(world.logged.join('\n')).not.toContain(machine);
  });

  it('a reply that does not fit its schema is our fault, not the caller’s', async () => {
    const answer = await world.call('get', '/v1/projects/north/things').set('x-api-key', machine);
    expect([answer.status, codeOf(answer)]).toEqual([500, 'INTERNAL']);
  });

  it('a route without a stated access, or with a role and no project, does not start', () => {
    const bad = (spec: object) => () => mountRoutes(world.app, [{ method: 'get', path: '/v1/x', summary: '', reply: 'raw', key: 'none', handle: async () => undefined, ...spec } as unknown as Route], {} as never);
    expect(bad({})).toThrow(/states no access/);
    expect(bad({ access: 'admin' })).toThrow(/no project/);
  });
});

describe('F40 who may do what', () => {
  /** The written table: the least role of each route of projects. A route without a row fails. */
  const least: Record<string, string> = {
    'get /v1/me': 'signed-in', 'post /v1/projects': 'signed-in', 'get /v1/projects/{project}': 'annotator', 'get /v1/projects/{project}/policy': 'annotator',
    'put /v1/projects/{project}/policy': 'engineer', 'get /v1/projects/{project}/people': 'engineer', 'patch /v1/projects/{project}/people/{person}': 'admin',
    'delete /v1/projects/{project}/people/{person}': 'admin', 'post /v1/projects/{project}/invitations': 'admin', 'get /v1/invitations/{token}': 'anyone',
    'post /v1/invitations/accept': 'anyone', 'post /v1/invitations/join': 'signed-in', 'post /v1/projects/{project}/api-keys': 'admin', 'delete /v1/projects/{project}/api-keys/{key}': 'admin',
    'post /v1/projects/{project}/things': 'annotator', 'get /v1/projects/{project}/things': 'annotator',
  };
  const order: readonly string[] = keyRoles;

  it('every route has a row, and every row a route', () => {
    expect(Object.fromEntries(world.routes.map(({ method, path, access }) => [`${method} ${path}`, access]))).toEqual(least);
  });

  it('each cell of route × role × (own, another’s, none) is as written', async () => {
    const other = await world.project('south');
    const callers: { role: string; own: boolean; key?: string }[] = [{ role: 'nobody', own: false }];
    for (const role of keyRoles) {
      callers.push({ role, own: true, key: (await world.key(role, projectId)).secret }, { role, own: false, key: (await world.key(role, other)).secret });
    }
    const differ: string[] = [];
    for (const [name, access] of Object.entries(least)) {
      const [method = '', template = ''] = name.split(' ');
      const path = template.replace('{project}', 'north').replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000');
      for (const { role, own, key } of callers) {
        const sent = world.call(method as 'get', path);
        if (key !== undefined) void sent.set('x-api-key', key);
        const answer = method === 'get' ? await sent : await sent.send({});
        const got = answer.status === 401 ? 'sign in' : answer.body.code === 'PROJECT_NOT_FOUND' ? 'not there' : answer.body.code === 'AUTH_FORBIDDEN' ? 'forbidden' : 'let in';
        const inProject = template.includes('{project}');
        const wanted = access === 'anyone' ? 'let in' : key === undefined ? 'sign in' : !inProject ? 'let in' : !own ? 'not there' : order.indexOf(role) >= order.indexOf(access) ? 'let in' : 'forbidden';
        if (got !== wanted) differ.push(`${name} by ${role} (${own ? 'own' : 'other'}): ${got}, written: ${wanted}`);
      }
    }
    expect(differ).toEqual([]);
  });

  it('only an admin makes a project', async () => {
    const engineer = (await world.key('engineer', projectId)).secret;
    const body = { slug: 'east', name: 'East', classes: ['a', 'b'] };
    expect((await post('/v1/projects', engineer).send(body)).status).toBe(403);
    expect((await post('/v1/projects').send(body)).status).toBe(201);
    expect(codeOf(await post('/v1/projects').send(body))).toBe('PROJECT_EXISTS');
  });

  it('F41 identity, role and any column of the tables in a body change nothing', async () => {
    const schema = readFileSync(new URL('../prisma/schema.prisma', import.meta.url), 'utf8');
    const columns = [...new Set([...schema.matchAll(/^ {2}(\w+) +[A-Z]/gm)].map(([, column = '']) => column))];
    expect(columns).toEqual(expect.arrayContaining(['userId', 'role', 'projectId', 'disabledAt']));
    const before = await world.database.membership.count() + await world.database.apiKey.count() + await world.database.project.count();
    for (const { method, path, body } of world.routes.filter((each) => each.body !== undefined && each.body !== 'raw')) {
      const address = path.replace('{project}', 'north').replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000');
      const own = body instanceof z.ZodObject ? Object.keys(body.shape) : [];
      const extra = Object.fromEntries(columns.filter((column) => !own.includes(column)).map((column) => [column, 'planted']));
      const answer = await world.call(method, address).set('x-api-key', machine).set('Idempotency-Key', `f41-${method}-${path.length}`).send(extra);
      const refused = (answer.body.errors as { message: string }[]).find(({ message }) => message.startsWith('Unrecognized'))?.message ?? '';
      expect([`${method} ${path}`, answer.status, Object.keys(extra).filter((column) => !refused.includes(`"${column}"`))]).toEqual([`${method} ${path}`, 400, []]);
    }
    expect(await world.database.membership.count() + await world.database.apiKey.count() + await world.database.project.count()).toBe(before);
  });
});

describe('signing in', () => {
  it('F44 a write with a cookie is taken from our own pages alone', async () => {
    const { cookie } = await world.person('origin', projectId, 'admin');
    const sendFrom = (origin: string | undefined) => {
      const sent = world.call('post', '/v1/projects/north/invitations').set('Cookie', cookie);
      if (origin !== undefined) void sent.set('Origin', origin);
      return sent.send({ role: 'annotator' });
    };
    for (const origin of [undefined, 'null', 'https://evil.example', 'http://localhost:7301', 'http://localhost:7300.evil.example']) {
      expect([origin, codeOf(await sendFrom(origin))]).toEqual([origin, 'AUTH_ORIGIN_REFUSED']);
    }
    expect((await sendFrom(publicUrl)).status).toBe(201);
    const { headers } = await world.call('get', '/v1/me').set('Cookie', cookie).set('Origin', publicUrl);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('sign-up over HTTP is closed', async () => {
    const answer = await world.call('post', '/api/auth/sign-up/email').set('Origin', publicUrl).send({ name: 'x', email: 'x@example.org', password: 'long enough 1' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await world.database.user.count({ where: { email: 'x@example.org' } })).toBe(0);
  });

  it('cookies are httpOnly and SameSite=Lax, and the sign-in stands in the history', async () => {
    const { id } = await world.person('cookie', projectId, 'annotator');
    const answer = await world.call('post', '/api/auth/sign-in/email').set('Origin', publicUrl).send({ email: 'cookie@example.org', password: 'correct horse' });
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/);
    expect(await world.database.historyEvent.count({ where: { actor: id, action: 'person.signed_in' } })).toBe(2);
  });

  it('F42 role removed, person disabled, key revoked: dead with the next request', async () => {
    const { id, cookie } = await world.person('leaver', projectId, 'engineer');
    const look = () => world.call('get', '/v1/projects/north').set('Cookie', cookie);
    expect((await look()).status).toBe(200);
    expect((await world.call('patch', `/v1/projects/north/people/${id}`).set('x-api-key', machine).send({ role: 'annotator' })).status).toBe(200);
    expect((await look()).body.myRole).toBe('annotator');
    expect(await world.database.historyEvent.findFirst({ where: { subject: id, action: 'person.role' } })).toMatchObject({ before: { role: 'engineer' }, after: { role: 'annotator' } });
    expect((await world.call('delete', `/v1/projects/north/people/${id}`).set('x-api-key', machine)).status).toBe(200);
    expect(codeOf(await look())).toBe('PROJECT_NOT_FOUND');
    await world.database.user.update({ where: { id }, data: { disabledAt: new Date() } });
    expect((await world.call('get', '/v1/me').set('Cookie', cookie)).status).toBe(401);
    const made = (await post('/v1/projects/north/api-keys').send({ name: 'hut', role: 'camera', camera: 'hut-1' })).body;
    expect((await world.call('get', '/v1/me').set('Authorization', `Bearer ${made.secret}`)).status).toBe(200);
    expect(JSON.stringify(await world.database.apiKey.findMany())).not.toContain(made.secret);
    expect((await world.call('delete', `/v1/projects/north/api-keys/${made.id}`).set('x-api-key', machine)).status).toBe(200);
    expect((await world.call('get', '/v1/me').set('x-api-key', made.secret)).status).toBe(401);
  });

  it('of 10 who take one invitation at once, one becomes a person', async () => {
    const { url } = (await post('/v1/projects/north/invitations').send({ role: 'annotator' })).body;
    const token = String(url).split('/').at(-1);
    expect((await world.call('get', `/v1/invitations/${token}`)).body).toEqual({ role: 'annotator', email: null });
    const before = await world.database.user.count();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => world.call('post', '/v1/invitations/accept').set('Origin', publicUrl).send({ token, name: 'N', email: `racer${n}@example.org`, password: 'long enough 1' })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array.from({ length: 9 }, () => 410)]);
    expect(await world.database.user.count()).toBe(before + 1);
    expect((await world.call('get', `/v1/invitations/${token}`)).status).toBe(410);
  });

  it('who has an account takes a second invitation with it: into another project, with a higher role, never a lower one', async () => {
    const second = await world.project('second-home');
    const { id, cookie } = await world.person('settler', projectId, 'annotator');
    const invite = async (to: string, role: 'annotator' | 'engineer', email: string | null = null) => (await world.people.invite({ projectId: to, email, role, invitedBy: 'test' })).token;
    const join = (token: string) => world.call('post', '/v1/invitations/join').set('Cookie', cookie).set('Origin', publicUrl).send({ token });
    const token = await invite(second, 'engineer', 'Settler@example.org');
    expect((await world.call('post', '/v1/invitations/join').set('Origin', publicUrl).send({ token })).status).toBe(401);
    expect((await join(token)).status).toBe(201);
    expect(await world.people.roleOf(id, second)).toBe('engineer');
    expect(codeOf(await join(token))).toBe('AUTH_INVITATION_INVALID');
    expect((await join(await invite(second, 'annotator'))).status).toBe(201);
    expect(await world.people.roleOf(id, second)).toBe('engineer');
    await join(await invite(projectId, 'engineer'));
    expect(await world.people.roleOf(id, projectId)).toBe('engineer');
    expect(codeOf(await join(await invite(second, 'engineer', 'other@example.org')))).toBe('AUTH_INVITATION_INVALID');
  });

  it('an invitation to a taken address still holds, an old one does not', async () => {
    await world.person('taken', projectId, 'annotator');
    const { token } = await world.people.invite({ projectId, email: null, role: 'annotator', invitedBy: null });
    const accept = (email: string) => world.call('post', '/v1/invitations/accept').send({ token, name: 'N', email, password: 'long enough 1' });
    expect((await accept('Taken@example.org')).status).toBe(400);
    await world.database.invitation.updateMany({ where: { usedAt: null }, data: { expiresAt: new Date(Date.now() - 1000) } });
    expect(codeOf(await accept('free@example.org'))).toBe('AUTH_INVITATION_INVALID');
  });

  it('the first admin, and no admin of one project, is admin of what comes later', async () => {
    const { token } = await world.people.invite({ projectId: null, email: null, role: 'admin', invitedBy: null });
    expect((await world.call('post', '/v1/invitations/accept').send({ token, name: 'First', email: 'first@example.org', password: 'long enough 1' })).status).toBe(201);
    const later = await world.project('later');
    expect((await world.people.people(later)).map(({ email }) => email)).toEqual(['first@example.org']);
    expect((await world.people.people(projectId)).find(({ email }) => email === 'first@example.org')?.role).toBe('admin');
  });

  it('F43 no more than 20 guesses in ten minutes are checked, also under a made-up X-Forwarded-For', async () => {
    const guess = (n: number) => world.call('post', '/api/auth/sign-in/email').set('Origin', publicUrl).set('X-Forwarded-For', `10.0.0.${n}`).send({ email: 'first@example.org', password: `wrong guess ${n}` });
    const statuses: number[] = [];
    for (let n = 0; n < 30; n += 1) statuses.push((await guess(n)).status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(20);
    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429]);
    expect(await world.database.rateLimit.count()).toBeGreaterThan(0);
  });
});

describe('F43 guesses from many addresses', () => {
  /** The handler behind the api, which alone says where a request came from. */
  const guess = async (email: string, from: string, password = 'wrong guess 1') => {
    const { handler } = world.signIn;
    const server = createServer((incoming, outgoing) => { incoming.headers['x-perennial-peer'] = from; void handler(incoming, outgoing); }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/auth/sign-in/email`, { method: 'POST', headers: { 'content-type': 'application/json', origin: publicUrl }, body: JSON.stringify({ email, password }) });
    server.close();
    return { status: answer.status, text: await answer.text() };
  };
  it('at one account: ten are looked at, in whatever letters, and an address that nobody has is told the same', async () => {
    await world.signIn.createPerson({ name: 'Eve', email: 'eve@example.org', password: 'correct horse' });
    const told = async (local: string) => {
      const answers = [];
      for (let n = 0; n < 14; n += 1) answers.push(await guess(`${n % 2 === 0 ? local : local.toUpperCase()}@example.org`, `10.1.0.${n}`));
      return answers;
    };
    const [known, unknown] = [await told('eve'), await told('nobody')];
    expect(known.map(({ status }) => status)).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
    expect(unknown).toEqual(known);
    expect((await guess('eve@example.org', '10.2.0.1', 'correct horse')).status).toBe(429);
    await world.database.$executeRaw`UPDATE "RateLimit" SET "lastRequest" = "lastRequest" - 600001 WHERE "key" LIKE 'account/%'`;
    expect((await guess('eve@example.org', '10.2.0.2', 'correct horse')).status).toBe(200);
  });
});

describe('one effect for each key', () => {
  const send = (key: string, body: object = { zebra: key, ant: 1 }) => post('/v1/projects/north/things').set('Idempotency-Key', key).send(body);

  it('F14 50 keys × 5 copies at once: 50 effects, each replay equal to the byte', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => `storm-${n}`);
    const answers = await Promise.all(keys.flatMap((key) => Array.from({ length: 5 }, () => send(key))));
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(keys.map((key) => ran.filter((each) => each === key).length)).toEqual(keys.map(() => 1));
    for (const key of keys) {
      const first = answers.find((each) => each.status === 201 && each.body.zebra === key && each.headers['idempotency-replayed'] === undefined);
      const again = await send(key);
      expect([again.status, again.headers['idempotency-replayed'], again.text]).toEqual([201, 'true', first?.text]);
    }
  });

  it('another body under the same key is refused, no key is refused, a failure frees the key', async () => {
    await send('once');
    expect(codeOf(await send('once', { zebra: 'other', ant: 2 }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await send('once', { ant: 1, zebra: 'once' })).headers['idempotency-replayed']).toBe('true');
    expect(codeOf(await post('/v1/projects/north/things').send({ zebra: 'x', ant: 1 }))).toBe('IDEMPOTENCY_KEY_MISSING');
    expect((await send('fails', { zebra: 'breaks', ant: 1 })).status).toBe(500);
    expect((await send('fails')).status).toBe(201);
  });
});

it('a policy that names a class which is not there is refused; a good one is a new version', async () => {
  const { body: policy } = await world.call('get', '/v1/projects/north/policy').set('x-api-key', machine);
  const put = (next: object) => world.call('put', '/v1/projects/north/policy').set('x-api-key', machine).send(next);
  expect(codeOf(await put({ ...policy, gate: { ...policy.gate, listedClasses: [{ classId: 7, margin: 0.1 }] } }))).toBe('POLICY_INVALID');
  expect((await put({ ...policy, audit: { share: 0.5 } })).status).toBe(200);
  expect((await world.call('get', '/v1/projects/north').set('x-api-key', machine)).body).toMatchObject({ policyVersion: 2, policy: { audit: { share: 0.5 } } });
});

