import { z } from 'zod';
import { PerennialError } from '../../domain/errors.ts';

export interface MlflowOptions {
  /** For instance http://127.0.0.1:5000; set by the operator alone, never by a caller. */
  readonly trackingUri: string;
  /** For every call but an upload; 15 s unless told. */
  readonly timeoutMs?: number;
  /** For one upload; 5 minutes unless told. */
  readonly uploadTimeoutMs?: number;
}

/** A refusal by MLflow itself, by its own error code; never leaves this folder. */
export class MlflowRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(`MLflow answered ${status} ${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

export interface MlflowClient {
  get<T>(path: string, query: Record<string, string>, answer: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: Record<string, unknown>, answer: z.ZodType<T>): Promise<T>;
  /** Text of an address outside the API, such as `health` and `version`. */
  text(path: string): Promise<string>;
  /** @param path below the artifact root, as the run's artifact_uri gives it */
  upload(path: string, bytes: Uint8Array, mediaType: string): Promise<void>;
}

const refusalSchema = z.object({ error_code: z.string().default('UNKNOWN'), message: z.string().default('') });

/** MLflow's REST API by plain fetch. Throws MlflowRefusal for what MLflow refuses, REGISTRY_UNAVAILABLE where it cannot answer. */
export function createMlflowClient({ trackingUri, timeoutMs = 15_000, uploadTimeoutMs = 300_000 }: MlflowOptions): MlflowClient {
  const root = trackingUri.replace(/\/+$/, '');
  const call = async (path: string, init: RequestInit, limitMs: number): Promise<string> => {
    const { status, text } = await send(`${root}/${path}`, init, limitMs);
    if (status < 400) return text;
    const { error_code, message } = refusalOf(text);
    // Not answers but failures to answer: a proxy or a server in trouble.
    if (status >= 500 || status === 429) throw unavailable(new MlflowRefusal(status, error_code, message));
    throw new MlflowRefusal(status, error_code, message);
  };
  const api = (path: string): string => `api/2.0/mlflow/${path}`;
  return {
    async get(path, query, answer) {
      return parse(await call(`${api(path)}?${new URLSearchParams(query)}`, {}, timeoutMs), answer);
    },
    async post(path, body, answer) {
      const headers = { 'Content-Type': 'application/json' };
      return parse(await call(api(path), { method: 'POST', headers, body: JSON.stringify(body) }, timeoutMs), answer);
    },
    text: (path) => call(path, {}, timeoutMs),
    async upload(path, bytes, mediaType) {
      const address = path.split('/').map(encodeURIComponent).join('/');
      const body = new Uint8Array(bytes);
      await call(`api/2.0/mlflow-artifacts/artifacts/${address}`, { method: 'PUT', headers: { 'Content-Type': mediaType }, body }, uploadTimeoutMs);
    },
  };
}

async function send(address: string, init: RequestInit, limitMs: number): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(address, { ...init, signal: AbortSignal.timeout(limitMs) });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw unavailable(error);
  }
}

function parse<T>(text: string, answer: z.ZodType<T>): T {
  const parsed = answer.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw unavailable(new Error(`MLflow answered in an unknown form: ${parsed.error.message}`));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(text: string): z.infer<typeof refusalSchema> {
  const parsed = refusalSchema.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : { error_code: 'UNKNOWN', message: text.slice(0, 200) };
}

function unavailable(cause: unknown): PerennialError {
  return new PerennialError('REGISTRY_UNAVAILABLE', undefined, {}, { cause });
}
