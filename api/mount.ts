import { createHash } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { ZodError } from 'zod';
import { PerennialError } from '../domain/errors.ts';
import type { Actor } from '../domain/roles.ts';
import type { KeyedReplies } from './keyed-replies.ts';
import { refuseDeep } from './json-depth.ts';
import { actorIn, type Caller, identify, type IdentifyDependencies, requireRole } from './access.ts';
import { BodyInvalid } from './problem.ts';
import type { RequestProject, Route, RouteContext } from './route.ts';
import { isStorable, refuseUnstorable } from './storable-text.ts';

export interface MountDependencies extends IdentifyDependencies {
  readonly roleOf: Parameters<typeof actorIn>[2];
  readonly projectBySlug: (slug: string) => Promise<RequestProject | null>;
  readonly keyedReplies: KeyedReplies;
}

const bodyBytesMax = '1mb';
/** How often a request under way says so for its key. */
const keepMs = 3_000;
const nobody: Actor = { kind: 'person', id: 'nobody', name: 'nobody', role: 'annotator' };
const noProject: RequestProject = { id: '', slug: '', name: '', timeZone: 'UTC' };

/** Mounts routes: who asks, may they, is it well formed, was it done already; then the handler. A route without a stated access does not start. */
export function mountRoutes(app: Express, routes: readonly Route[], deps: MountDependencies): void {
  const methods = new Map<string, Set<string>>();
  for (const each of routes) {
    checkStated(each);
    const path = each.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const parse = each.body === undefined || each.body === 'raw' ? [] : [requireJson, express.json({ limit: bodyBytesMax, strict: true, verify: refuseDeep })];
    app[each.method](path, ...parse, (request: Request, response: Response, next: NextFunction) => { answer(each, deps, request, response).catch(next); });
    methods.set(path, (methods.get(path) ?? new Set()).add(each.method.toUpperCase()));
  }
  for (const [path, allowed] of methods) {
    app.all(path, (_request, response) => {
      response.setHeader('Allow', [...allowed].join(', '));
      throw new PerennialError('REQUEST_METHOD_NOT_ALLOWED');
    });
  }
}

/** Forgetting who may call a route, or asking for a role where there is no project to have it in, stops the start. */
function checkStated({ method, path, access }: { method: string; path: string; access?: Route['access'] }): void {
  if (access === undefined) throw new PerennialError('CONFIG_INVALID', `The route ${method} ${path} states no access.`);
  if (access !== 'anyone' && access !== 'signed-in' && !path.includes('{project}')) throw new PerennialError('CONFIG_INVALID', `The route ${method} ${path} asks for a role, but has no project to have it in.`);
}

/** A form or a text is not read as an empty body. */
function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const empty = request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;
  if (!empty && !request.is('application/json')) throw new PerennialError('REQUEST_MEDIA_TYPE_UNSUPPORTED');
  next();
}

/** Runs a handler and shapes its reply; what does not fit there is our fault, not the caller's. */
async function replyOf(route: Route, context: RouteContext<never, never, never>): Promise<unknown> {
  try {
    const made = await route.handle(context);
    return route.reply === 'raw' ? undefined : route.reply.parse(made);
  } catch (error) {
    if (error instanceof BodyInvalid) throw error.found;
    if (error instanceof ZodError) throw new PerennialError('INTERNAL', undefined, {}, { cause: error });
    throw error;
  }
}

async function answer(route: Route, deps: MountDependencies, request: Request, response: Response): Promise<void> {
  const projectNamed = projectIn(deps, request);
  const caller = route.access === 'anyone' ? null : await identify(deps, request.headers);
  if (route.access !== 'anyone' && caller === null) throw new PerennialError('AUTH_REQUIRED');
  for (const given of [request.params, request.query, route.body === 'raw' ? undefined : request.body]) refuseUnstorable(given);
  const { actor, project } = await placeOf(route, deps, caller, projectNamed);
  const key = request.get('idempotency-key') ?? '';
  if (route.key !== 'none' && !/^[\x21-\x7e]{1,200}$/.test(key)) throw new PerennialError('IDEMPOTENCY_KEY_MISSING');
  const abort = new AbortController();
  response.on('close', () => abort.abort());
  const context = {
    actor, project, key, request, response, signal: abort.signal, caller,
    params: route.params?.parse(request.params) ?? request.params, query: route.query?.parse(request.query) ?? {},
    body: route.body === undefined || route.body === 'raw' ? undefined : route.body.parse(request.body ?? {}),
  } as unknown as RouteContext<never, never, never>;
  if (route.reply === 'raw') return void (await replyOf(route, context));
  const { status, reply } = route.key === 'required' ? await onceOnly(route, deps, context, response) : { status: route.status ?? 200, reply: await replyOf(route, context) };
  response.status(status).json(reply);
}

/** The project of the address, looked up while it is found out who asks; null where the address has none. A failure is heard where it is waited for. */
function projectIn({ projectBySlug }: MountDependencies, { params }: Request): Promise<RequestProject | null> | null {
  const slug = params['project'];
  // What the database cannot keep is refused before it is asked.
  if (typeof slug !== 'string') return null;
  const found = isStorable(slug) ? projectBySlug(slug) : Promise.resolve(null);
  found.catch(() => undefined);
  return found;
}

async function placeOf(route: Route, deps: MountDependencies, caller: Caller | null, projectNamed: Promise<RequestProject | null> | null): Promise<{ actor: Actor; project: RequestProject }> {
  if (projectNamed === null) {
    if (caller === null) return { actor: nobody, project: noProject };
    const actor: Actor = caller.kind === 'key' ? { kind: 'key', id: caller.id, name: caller.name, role: caller.projectId === null ? caller.role : 'annotator' } : { kind: 'person', id: caller.id, name: caller.name, role: 'annotator' };
    return { actor, project: noProject };
  }
  const project = await projectNamed;
  const actor = project === null || caller === null ? null : await actorIn(caller, project.id, deps.roleOf);
  // Whose project it is not is told the same as whose project is not there.
  if (project === null || (actor === null && route.access !== 'anyone')) throw new PerennialError('PROJECT_NOT_FOUND');
  if (actor !== null) requireRole(actor, route.access);
  return { actor: actor ?? nobody, project };
}

/** Runs a write once for its key and sends the stored reply again, byte for byte. */
async function onceOnly(route: Route, deps: MountDependencies, context: RouteContext<never, never, never>, response: Response): Promise<{ status: number; reply: unknown }> {
  const { actor, key, request, body } = context;
  const bodyHash = createHash('sha256').update(`${route.method} ${request.originalUrl}\n${JSON.stringify(body ?? null)}`).digest('hex');
  const client = `${actor.kind}/${actor.id}`;
  const stored = await deps.keyedReplies.take(client, key, bodyHash);
  if (stored !== null) {
    response.setHeader('Idempotency-Replayed', 'true');
    return stored;
  }
  const keeping = setInterval(() => { deps.keyedReplies.keep(client, key).catch(() => undefined); }, keepMs);
  try {
    // What is stored and what is sent now are the same: both are what JSON makes of it.
    const reply = JSON.parse(JSON.stringify((await replyOf(route, context)) ?? null)) as unknown;
    await deps.keyedReplies.store(client, key, route.status ?? 200, reply);
    return { status: route.status ?? 200, reply };
  } catch (error) {
    // A refusal had no effect and may be mended, a failure on our side may be tried again: the key is free in both cases.
    await deps.keyedReplies.free(client, key).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(keeping);
  }
}
