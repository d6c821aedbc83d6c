import type { RequestHandler } from 'express';
import { PerennialError } from '../domain/errors.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Host is one of ours (a page elsewhere cannot rebind its name to us), and a write with a cookie comes from our own pages. */
export function requireOwnOrigin(publicUrl: string, allowedHosts: readonly string[]): RequestHandler {
  const own = new URL(publicUrl);
  const hosts = new Set([own.host, ...allowedHosts]);
  const origins = new Set([own.origin, ...allowedHosts.map((host) => `${own.protocol}//${host}`)]);
  return (request, _response, next) => {
    const host = request.headers.host ?? '';
    if (!hosts.has(host)) throw new PerennialError('AUTH_ORIGIN_REFUSED', 'The request names a host that is not this one.');
    const { origin, cookie } = request.headers;
    if (origin !== undefined && !origins.has(origin)) throw new PerennialError('AUTH_ORIGIN_REFUSED');
    if (!safe.has(request.method) && cookie !== undefined && origin === undefined) throw new PerennialError('AUTH_ORIGIN_REFUSED', 'A write with a cookie needs an Origin header.');
    next();
  };
}
