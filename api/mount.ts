import { createHash } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { PerennialError } from '../domain/errors.ts';
import type { Actor } from '../domain/roles.ts';
import type { KeyedReplies } from './keyed-replies.ts';
import { actorIn, type Caller, identify, type IdentifyDependencies, requireRole } from './access.ts';
import type { RequestProject, Route, RouteContext } from './route.ts';

export interface MountDependencies extends IdentifyDependencies {
  readonly roleOf: Parameters<typeof actorIn>[2];
  readonly projectBySlug: (slug: string) => Promise<RequestProject | null>;
  readonly keyedReplies: KeyedReplies;
}

const bodyBytesMax = '1mb';
const nobody: Actor = { kind: 'person', id: 'nobody', name: 'nobody', role: 'annotator' };
const noProject: RequestProject = { id: '', slug: '', name: '', timeZone: 'UTC' };

/** Mounts routes: who asks, may they, is it well formed, was it done already; then the handler. A route without a stated access does not start. */
export function mountRoutes(app: Express, routes: readonly Route[], deps: MountDependencies): void {
  const methods = new Map<string, Set<string>>();
  for (const each of routes) {
    if ((each as { access?: unknown }).access === undefined) throw new PerennialError('CONFIG_INVALID', `The route ${each.method} ${each.path} states no access.`);
    const path = each.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const parse = each.body === undefined || each.body === 'raw' ? [] : [express.json({ limit: bodyBytesMax, strict: true })];
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

async function answer(route: Route, deps: MountDependencies, request: Request, response: Response): Promise<void> {
  const caller = route.access === 'anyone' ? null : await identify(deps, request.headers);
  if (route.access !== 'anyone' && caller === null) throw new PerennialError('AUTH_REQUIRED');
  const { actor, project } = await placeOf(route, deps, caller, request);
  const key = request.get('idempotency-key') ?? '';
  if (route.key === 'required' && (key.length === 0 || key.length > 200)) throw new PerennialError('IDEMPOTENCY_KEY_MISSING');
  const abort = new AbortController();
  response.on('close', () => abort.abort());
  const context = {
    actor, project, key, request, response, signal: abort.signal, caller,
    params: route.params?.parse(request.params) ?? request.params, query: route.query?.parse(request.query) ?? {},
    body: route.body === undefined || route.body === 'raw' ? undefined : route.body.parse(request.body ?? {}),
  } as unknown as RouteContext<never, never, never>;
  if (route.reply === 'raw') return void (await route.handle(context));
  const { status, reply } = route.key === 'required' ? await onceOnly(route, deps, context, response) : { status: route.status ?? 200, reply: route.reply.parse(await route.handle(context)) };
  response.status(status).json(reply);
}

async function placeOf(route: Route, deps: MountDependencies, caller: Caller | null, request: Request): Promise<{ actor: Actor; project: RequestProject }> {
  const slug = request.params['project'];
  if (typeof slug !== 'string') {
    if (caller === null) return { actor: nobody, project: noProject };
    const actor: Actor = caller.kind === 'key' ? { kind: 'key', id: caller.id, name: caller.name, role: caller.projectId === null ? caller.role : 'annotator' } : { kind: 'person', id: caller.id, name: caller.name, role: 'annotator' };
    return { actor, project: noProject };
  }
  const project = await deps.projectBySlug(slug);
  const actor = project === null || caller === null ? null : await actorIn(caller, project.id, deps.roleOf);
  // Whose project it is not is told the same as whose project is not there.
  if (project === null || (actor === null && route.access !== 'anyone')) throw new PerennialError('PROJECT_NOT_FOUND');
  if (actor !== null) requireRole(actor, route.access);
  return { actor: actor ?? nobody, project };
}

/** Runs a write once for its key and sends the stored reply again, byte for byte. */
async function onceOnly(route: Route, deps: MountDependencies, context: RouteContext<never, never, never>, response: Response): Promise<{ status: number; reply: unknown }> {
  const { actor, key, request, body } = context;
  const bodyHash = createHash('sha256').update(`${route.method} ${request.path}\n${JSON.stringify(body ?? null)}`).digest('hex');
  const client = `${actor.kind}/${actor.id}`;
  const stored = await deps.keyedReplies.take(client, key, bodyHash);
  if (stored !== null) {
    response.setHeader('Idempotency-Replayed', 'true');
    return stored;
  }
  try {
    const parsed = route.reply === 'raw' ? undefined : route.reply.parse(await route.handle(context));
    // What is stored and what is sent now are the same: both are what JSON makes of it.
    const reply = JSON.parse(JSON.stringify(parsed ?? null)) as unknown;
    await deps.keyedReplies.store(client, key, route.status ?? 200, reply);
    return { status: route.status ?? 200, reply };
  } catch (error) {
    // A refusal had no effect and may be mended, a failure on our side may be tried again: the key is free in both cases.
    await deps.keyedReplies.free(client, key).catch(() => undefined);
    throw error;
  }
}
