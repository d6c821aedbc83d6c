import getPort from 'get-port';
import { pino } from 'pino';
import request, { type Test } from 'supertest';
import { createSignIn } from '../adapters/auth/better-auth.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createKeyedReplies } from '../adapters/postgres/keyed-reply-repository.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { createPeopleRepository } from '../adapters/postgres/people-repository.ts';
import { createProjectRepository } from '../adapters/postgres/project-repository.ts';
import { createSignInAttempts } from '../adapters/postgres/sign-in-attempts.ts';
import { createServedProjectRepository } from '../adapters/postgres/served-project-repository.ts';
import { createProjectRoutes } from '../api/routes/projects.ts';
import type { Route } from '../api/route.ts';
import { createApp } from '../api/server.ts';
import { defaultPolicy } from '../domain/policy.ts';
import type { KeyRole, Role } from '../domain/roles.ts';
import { createFreshDatabase } from './fresh-database.ts';

export const publicUrl = 'http://localhost:7300';
export const secret = 'b6e1f0c29a7d4835917fe2c4d8a05b36';

/** The api over a database of its own, as `bin/api.ts` builds it, without serving, Temporal, MLflow and a store. */
export async function createApiWorld(moreRoutes: readonly Route[] = []) {
  const fresh = await createFreshDatabase();
  const database = createDatabase(fresh.databaseUrl);
  const people = createPeopleRepository(database);
  const projects = createProjectRepository(database);
  const served = createServedProjectRepository(database);
  const signIn = createSignIn({ database, secret, publicUrl, trustedOrigins: [publicUrl], onSignIn: (userId) => people.signedIn(userId), mayTry: createSignInAttempts(database) });
  const logged: string[] = [];
  const address = `127.0.0.1:${await getPort()}`;
  const routes = [
    ...createProjectRoutes({
      projects, people, createPerson: (person) => signIn.createPerson(person), champion: (id) => createModelRepository(database).champion(id), publicUrl,
      projectById: (id) => served.byId(id),
    }),
    ...moreRoutes,
  ];
  const app = createApp({
    routes, publicUrl, allowedHosts: [address], servingUrl: 'http://127.0.0.1:9', actorSecret: secret, uiDir: '/nowhere', checks: { needed: {}, wanted: {} },
    logger: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    signIn: (incoming, outgoing) => signIn.handler(incoming, outgoing),
    keyBySecret: (key) => people.keyBySecret(key), session: (headers) => signIn.session(headers), roleOf: (userId, projectId) => people.roleOf(userId, projectId),
    projectBySlug: (slug) => projects.bySlug(slug), keyedReplies: createKeyedReplies(database),
  });
  const server = app.listen(Number(address.split(':')[1]), '127.0.0.1');
  const call = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string): Test => request(server)[method](path).set('Host', new URL(publicUrl).host);
  return {
    app, call, url: `http://${address}`, database, people, projects, signIn, routes, logged, fresh,
    key: async (role: KeyRole, projectId: string | null) => people.createKey({ projectId, name: role, role, createdBy: 'test' }),
    project: async (slug: string) => projects.create({ slug, name: slug, timeZone: 'UTC', classes: ['fox', 'hare'], policy: defaultPolicy, createdBy: 'test', ownerId: null }),
    /** A member who is signed in: the cookie that a browser would send. */
    async person(name: string, projectId: string, role: Role): Promise<{ id: string; cookie: string }> {
      const email = `${name}@example.org`;
      const id = await signIn.createPerson({ name, email, password: 'correct horse' });
      await database.membership.create({ data: { userId: id, projectId, role } });
      const answer = await call('post', '/api/auth/sign-in/email').set('Origin', publicUrl).send({ email, password: 'correct horse' });
      const cookies = answer.headers['set-cookie'] as unknown as string[] | undefined;
      if (cookies === undefined) throw new Error(`No sign-in for ${name}: ${answer.status} ${answer.text}`);
      return { id, cookie: cookies.map((each) => each.split(';')[0]).join('; ') };
    },
    async close(): Promise<void> {
      await new Promise((resolve) => { server.close(resolve); });
      await database.$disconnect();
      await fresh.drop();
    },
  };
}
export type ApiWorld = Awaited<ReturnType<typeof createApiWorld>>;
