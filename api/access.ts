import type { IncomingHttpHeaders } from 'node:http';
import { PerennialError } from '../domain/errors.ts';
import { type Actor, atLeast, type KeyRole } from '../domain/roles.ts';
import type { RouteAccess } from './route.ts';

/** Someone who was recognised, before it is known what they are in a project. */
export type Caller =
  | { readonly kind: 'key'; readonly id: string; readonly name: string; readonly role: KeyRole; readonly projectId: string | null; readonly cameraId: string | null }
  | { readonly kind: 'person'; readonly id: string; readonly name: string; readonly email: string };

export interface IdentifyDependencies {
  readonly keyBySecret: (secret: string) => Promise<{ id: string; name: string; role: KeyRole; projectId: string | null; cameraId: string | null } | null>;
  readonly session: (headers: IncomingHttpHeaders) => Promise<{ userId: string; name: string; email: string } | null>;
}

/** The secret of an API key, from either header; null where there is none. */
export function secretOf(headers: IncomingHttpHeaders): string | null {
  const own = headers['x-api-key'];
  if (typeof own === 'string' && own !== '') return own;
  const found = /^Bearer (\S{20,200})$/.exec(headers.authorization ?? '');
  return found?.[1] ?? null;
}

/** Who asks, from a key or a session and from nothing else. @throws PerennialError AUTH_REQUIRED for a key that is none */
export async function identify(deps: IdentifyDependencies, headers: IncomingHttpHeaders): Promise<Caller | null> {
  const secret = secretOf(headers);
  if (secret !== null) {
    const key = await deps.keyBySecret(secret);
    if (key === null) throw new PerennialError('AUTH_REQUIRED', 'The API key is unknown or was revoked.');
    return { kind: 'key', ...key };
  }
  const person = headers.cookie === undefined ? null : await deps.session(headers);
  return person === null ? null : { kind: 'person', id: person.userId, name: person.name, email: person.email };
}

/** What a caller is in a project; null where it is none of their business. */
export async function actorIn(caller: Caller, projectId: string, roleOf: (userId: string, projectId: string) => Promise<KeyRole | null>): Promise<Actor | null> {
  if (caller.kind === 'key') {
    if (caller.projectId !== null && caller.projectId !== projectId) return null;
    return { kind: 'key', id: caller.id, name: caller.name, role: caller.role, ...(caller.cameraId !== null && { cameraId: caller.cameraId }) };
  }
  const role = await roleOf(caller.id, projectId);
  return role === null ? null : { kind: 'person', id: caller.id, name: caller.name, role };
}

/** @throws PerennialError AUTH_FORBIDDEN */
export function requireRole(actor: Actor, access: RouteAccess): void {
  if (access === 'anyone' || access === 'signed-in') return;
  if (!atLeast(actor.role, access)) throw new PerennialError('AUTH_FORBIDDEN', `This needs the role ${access}; you are ${actor.role} here.`, { needed: access, role: actor.role });
}
