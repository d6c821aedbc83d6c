import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Actor, KeyRole } from '../domain/roles.ts';

/** The project a request is about, looked up and found to be the actor's. */
export interface RequestProject {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
}

/** What a route's handler gets: everything parsed, who asks established. */
export interface RouteContext<Params, Query, Body> {
  readonly actor: Actor;
  /** Present on routes whose path has `{project}`. */
  readonly project: RequestProject;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The Idempotency-Key header; empty only on routes with `key: 'none'`. */
  readonly key: string;
  readonly request: Request;
  readonly response: Response;
  readonly signal: AbortSignal;
}

/** Who may call a route. `anyone` is not signed in; `signed-in` is any person or key; a role means at least that role in the project. */
export type RouteAccess = 'anyone' | 'signed-in' | KeyRole;

/**
 * One route, declared once: the table of roles, the validation and the OpenAPI document all come from it.
 * `body: 'raw'` leaves the body as a stream for the handler; `reply: 'raw'` means the handler answers on `response` itself.
 */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form, for instance /v1/projects/{project}/rounds/{round}. */
  readonly path: string;
  readonly access: RouteAccess;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType | 'raw';
  /** For a raw body that is or may be a form: what its parts are, for the OpenAPI document. */
  readonly form?: z.ZodType;
  /** Content types of a raw body, for the OpenAPI document. */
  readonly media?: readonly string[];
  readonly reply: z.ZodType | 'raw';
  readonly status?: number;
  /**
   * Whether an Idempotency-Key is asked for. The reply to a key is stored and sent again byte for byte; `own` leaves that to
   * the use case, for a raw body is not known before the handler has read it.
   */
  readonly key: 'required' | 'own' | 'none';
  readonly handle: (context: RouteContext<never, never, never>) => Promise<unknown>;
}

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;

/** Declares a route with its types tied together. */
export function route<P extends z.ZodObject | undefined = undefined, Q extends z.ZodObject | undefined = undefined, B extends z.ZodType | 'raw' | undefined = undefined, R extends z.ZodType | 'raw' = 'raw'>(spec: {
  method: Route['method'];
  path: string;
  access: RouteAccess;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  form?: z.ZodType;
  reply: R;
  status?: number;
  key?: Route['key'];
  handle: (context: RouteContext<Parsed<P>, Parsed<Q>, Parsed<B>>) => Promise<R extends z.ZodType ? z.input<R> : void>;
}): Route {
  return { key: 'none', ...spec } as unknown as Route;
}
