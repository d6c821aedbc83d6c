import { setTimeout as sleepFor } from 'node:timers/promises';
import { v7 as uuidV7 } from 'uuid';
import type { z } from 'zod';
import { problemSchema } from '../contracts/common.ts';
import { Refusal, Unreachable } from './failures.ts';
import { retryWaitMs } from './retry-wait.ts';

const ATTEMPTS_MAX = 8;
/** A connection that is refused is most often a process that is not there; waiting long helps nobody. */
const CONNECTION_ATTEMPTS_MAX = 3;
const REQUEST_TIMEOUT_MS = 180_000;

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, with this content type. */
  readonly raw?: { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string };
  /** Made anew for each attempt, for a form cannot be sent twice. */
  readonly form?: () => FormData;
  /** Idempotency-Key of a write; a new UUID (version 7) where left out. It stays the same over all attempts. */
  readonly key?: string;
}

/** Speaks to the HTTP API as one person or key. */
export interface Client {
  readonly url: string;
  /** Sends and parses the answer. @throws Refusal when the server says no, Unreachable when nobody answers */
  send<T extends z.ZodType>(method: string, path: string, reply: T, options?: RequestOptions): Promise<z.output<T>>;
  /** The same without parsing, for downloads. */
  download(path: string, query?: RequestOptions['query']): Promise<Response>;
}

export interface ClientDeps {
  readonly url: string;
  readonly secret: string | null;
  readonly fetch?: typeof fetch;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  readonly now?: () => number;
}

/** A client for one address and one credential. `secret` null asks without signing in. */
export function createClient(deps: ClientDeps): Client {
  const { url, fetch: ask = fetch, sleep = sleepFor, now = Date.now } = deps;
  const base = url.replace(/\/+$/, '');

  const attempt = async (method: string, path: string, options: RequestOptions, key: string | null): Promise<Response> => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (deps.secret !== null) headers['authorization'] = `Bearer ${deps.secret}`;
    if (key !== null) headers['idempotency-key'] = key;
    const contentType = options.json !== undefined ? 'application/json' : options.raw?.contentType;
    if (contentType !== undefined) headers['content-type'] = contentType;
    const body = options.json !== undefined ? JSON.stringify(options.json) : (options.raw?.bytes ?? options.form?.() ?? null);
    return await ask(addressOf(base, path, options.query), { method, headers, body, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  };

  const answered = async (method: string, path: string, options: RequestOptions = {}): Promise<Response> => {
    const key = method === 'GET' ? null : (options.key ?? uuidV7());
    let unanswered = 0;
    for (let tried = 0; ; tried += 1) {
      let response: Response;
      try {
        response = await attempt(method, path, options, key);
      } catch (error) {
        unanswered += 1;
        if (unanswered >= CONNECTION_ATTEMPTS_MAX) throw new Unreachable(`Nobody answers at ${base} (${reasonOf(error)}). Is it running? npm start brings it up; perennial doctor says more.`);
        await sleep(retryWaitMs(null, tried, now()));
        continue;
      }
      if (response.ok) return response;
      const refusal = await refusalOf(response);
      if (!isWorthAnotherTry(refusal) || tried + 1 >= ATTEMPTS_MAX) throw refusal;
      await sleep(retryWaitMs(response.headers.get('retry-after'), tried, now()));
    }
  };

  return {
    url: base,
    send: async (method, path, reply, options) => {
      const response = await answered(method, path, options);
      const text = await response.text();
      const parsed = reply.safeParse(text === '' ? undefined : parseJson(text, path));
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      throw new Refusal('REPLY_UNEXPECTED', response.status, `The answer to ${method} ${path} is not what this version of the command expects (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Do command and server have the same version?`);
    },
    download: (path, query) => answered('GET', path, { query }),
  };
}

/** Busy, or still at work on the same key: the same request may succeed in a moment. */
function isWorthAnotherTry(refusal: Refusal): boolean {
  return refusal.status === 503 || refusal.status === 429 || refusal.code === 'IDEMPOTENCY_IN_PROGRESS';
}

function addressOf(base: string, path: string, query: RequestOptions['query'] = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined);
  if (given.length === 0) return `${base}${path}`;
  return `${base}${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('REPLY_UNEXPECTED', 200, `What answers ${path} does not speak JSON: is this the address of Perennial?`);
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await response.text();
  try {
    const problem = problemSchema.parse(JSON.parse(text));
    const fields = problem.errors?.map((each) => `${each.path}: ${each.message}`).join('; ');
    return new Refusal(problem.code, problem.status, fields === undefined || fields === '' ? problem.detail : `${problem.detail} (${fields})`);
  } catch {
    return new Refusal('REPLY_UNEXPECTED', response.status, `The server answered ${response.status} ${response.statusText}`.trim() + '.');
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  return String(cause);
}
