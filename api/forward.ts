import { request as httpRequest } from 'node:http';
import type { RequestHandler } from 'express';
import { PerennialError } from '../domain/errors.ts';
import { actorIn, identify, requireRole } from './access.ts';
import { signActor } from './actor-token.ts';
import type { ServerDependencies } from './server.ts';

const forwarded = ['content-type', 'content-length', 'transfer-encoding', 'idempotency-key', 'accept', 'expect'] as const;

/** Passes image posts to serving as they stream in, for whoever wants one address; who asks is established here and signed. */
export function forwardToServing(deps: Pick<ServerDependencies, 'servingUrl' | 'actorSecret' | 'keyBySecret' | 'session' | 'roleOf' | 'projectBySlug'>): RequestHandler {
  return (request, response, next) => {
    const pass = async (): Promise<void> => {
      const caller = await identify(deps, request.headers);
      if (caller === null) throw new PerennialError('AUTH_REQUIRED');
      const project = await deps.projectBySlug(String(request.params['project']));
      const actor = project === null ? null : await actorIn(caller, project.id, deps.roleOf);
      if (project === null || actor === null) throw new PerennialError('PROJECT_NOT_FOUND');
      requireRole(actor, 'camera');
      const headers = Object.fromEntries(forwarded.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])));
      const upstream = httpRequest(new URL(request.originalUrl, deps.servingUrl), { method: 'POST', headers: { ...headers, 'x-perennial-actor': signActor({ ...actor, projectId: project.id }, deps.actorSecret) } });
      let answered = false;
      upstream.on('response', (answer) => {
        answered = true;
        answer.on('error', () => response.destroy());
        response.status(answer.statusCode ?? 502);
        for (const name of ['content-type', 'retry-after', 'idempotency-replayed']) {
          const value = answer.headers[name];
          if (value !== undefined) response.setHeader(name, value);
        }
        answer.pipe(response);
      });
      // Serving may refuse before it has read everything: what breaks then is the rest of the body, and the refusal stands.
      upstream.on('error', () => { if (!answered) next(new PerennialError('SERVING_NOT_READY')); });
      response.on('close', () => { if (!response.writableFinished) upstream.destroy(); });
      request.pipe(upstream);
    };
    pass().catch(next);
  };
}
