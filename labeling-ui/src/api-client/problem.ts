import { z } from 'zod';
import { problemSchema } from '../../../contracts/common.ts';
import { messages } from '../messages/en.ts';

/** An answer of the api that is not a success; `status` is 0 where there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

const signInProblemSchema = z.object({ code: z.string(), message: z.string() });

/** Reads problem details; what we have words for is said in them, the rest in the api's own. */
export function problemOf(status: number, body: unknown): ApiError {
  const read = problemSchema.safeParse(body);
  if (!read.success) {
    // Signing in answers in a form of its own.
    const other = signInProblemSchema.safeParse(body);
    if (!other.success) return new ApiError(status, 'UNKNOWN', messages.problems.unknown(status));
    return new ApiError(status, other.data.code, messages.problems.byCode[other.data.code] ?? other.data.message);
  }
  const own = messages.problems.byCode[read.data.code];
  return new ApiError(status, read.data.code, own ?? read.data.detail);
}

/** What to tell a person about anything thrown. */
export function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
