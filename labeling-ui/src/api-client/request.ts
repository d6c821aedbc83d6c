import { z } from 'zod';
import { ApiError, problemOf } from './problem.ts';
import { messages } from '../messages/en.ts';

// The pages' content security policy has no eval, and zod would try it once.
z.config({ jitless: true });

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly body?: unknown;
  /** Sent as Idempotency-Key. */
  readonly key?: string;
}

/** One request to our own origin; the answer is parsed, a problem is thrown as ApiError. */
export async function request<T extends z.ZodType>(path: string, reply: T, { method = 'GET', body, key }: Call = {}): Promise<z.infer<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (key !== undefined) headers['idempotency-key'] = key;
  const response = await fetch(path, { method, headers, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body) })
    .catch(() => { throw new ApiError(0, 'OFFLINE', messages.problems.offline); });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response.status, answer);
  const read = reply.safeParse(answer);
  if (!read.success) throw new ApiError(response.status, 'UNEXPECTED', messages.problems.unexpected);
  return read.data;
}
