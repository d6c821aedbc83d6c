import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { ZodError } from 'zod';
import type { Problem } from '../contracts/common.ts';
import { type ErrorCode, errorCodes, isPerennialError, PerennialError } from '../domain/errors.ts';
import { errorMap } from './error-map.ts';

/** What a handler found wrong in a body that it read itself; any other ZodError out of a handler is our fault. */
export class BodyInvalid extends Error {
  override readonly name = 'BodyInvalid';
  readonly found: ZodError;

  constructor(found: ZodError) {
    super('the body is not as asked for');
    this.found = found;
  }
}

/** What a body parser or a driver threw, in our words; null where it is nobody's but ours. */
function translate(error: unknown): PerennialError {
  if (isPerennialError(error)) return error;
  const { status, code, name, message } = (error ?? {}) as { status?: number; code?: string; name?: string; message?: string };
  if (status === 413) return new PerennialError('REQUEST_TOO_LARGE');
  if (status === 415) return new PerennialError('REQUEST_MEDIA_TYPE_UNSUPPORTED');
  if (status !== undefined && status >= 400 && status < 500) return new PerennialError('REQUEST_INVALID', 'The body could not be read.');
  const text = `${code ?? ''} ${name ?? ''} ${message ?? ''}`;
  if (/ECONNREFUSED|P1001|P1002|P1008|P1017|P2024|ECONNRESET|57P0|Can't reach database|connection (was )?terminated|ConnectionClosed|DatabaseNotReachable/i.test(text)) {
    return new PerennialError('DATABASE_UNAVAILABLE', undefined, {}, { cause: error });
  }
  return new PerennialError('INTERNAL', undefined, {}, { cause: error });
}

/** Answers with RFC 9457 problem details: a code of the table, a sentence, never a stack or another system's text. */
export function sendProblem(response: Response, error: unknown, requestId: string): void {
  if (error instanceof ZodError) {
    const errors = error.issues.slice(0, 50).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    write(response, { ...base('REQUEST_INVALID', requestId), errors });
    return;
  }
  const known = translate(error);
  const details = Object.keys(known.details).length === 0 ? {} : { details: { ...known.details } };
  write(response, { ...base(known.code, requestId), detail: known.code === 'INTERNAL' ? errorCodes.INTERNAL : known.message, ...details });
}

const base = (code: ErrorCode, requestId: string): Problem => ({
  type: `urn:perennial:error:${code}`, title: errorCodes[code], status: errorMap[code].status, code, detail: errorCodes[code], requestId,
});

function write(response: Response, problem: Problem): void {
  if (response.headersSent) return void response.destroy();
  const { retryAfter } = errorMap[problem.code as ErrorCode];
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** The one error handler: what is not a refusal is written to the log with its cause. */
export function createErrorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const known = error instanceof ZodError ? null : translate(error);
    const { id: requestId = '' } = request as { id?: string };
    if (known !== null && errorMap[known.code].status >= 500) logger.error({ err: known.cause ?? known, code: known.code, requestId }, 'request failed');
    sendProblem(response, error, requestId);
  };
}
