import type { z } from 'zod';
import { problemSchema } from '../../../contracts/common.ts';
import { ApiError } from './api-error.ts';

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Sent as Idempotency-Key: the same key sent twice has one effect. */
  readonly key?: string;
  readonly timeoutMs?: number;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends, then parses the answer with the contract; whatever is not in the contract is an ApiError of kind `shape`. */
export async function sendTo<T extends z.ZodType>(fetcher: Fetch, path: string, schema: T, { method = 'GET', body, key, timeoutMs = 20_000 }: Sent = {}): Promise<z.output<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (key !== undefined) headers['idempotency-key'] = key;
  let response: Response;
  let text: string;
  try {
    response = await fetcher(path, { method, headers, credentials: 'same-origin', ...(body !== undefined && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch (error) {
    throw new ApiError('network', 0, null, 'No answer', { cause: error });
  }
  const json = parseJson(text);
  if (!response.ok) {
    const problem = problemSchema.safeParse(json);
    throw new ApiError('refused', response.status, problem.success ? problem.data : null, problem.success ? problem.data.detail : `Status ${response.status}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new ApiError('shape', response.status, null, parsed.error.message);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
