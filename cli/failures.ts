/** How a command ends: what a script may rely on. */
export const exitCodes = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;

/** The server answered, and the answer was no. `code` is from the error table (docs/ERRORS.md). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The command was called in a way that cannot work. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A check or a wait of the command itself did not end well. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** One sentence and one exit code for whatever went wrong. */
export function describeFailure(error: unknown): { readonly sentence: string; readonly code: string | null; readonly exitCode: number } {
  if (error instanceof Refusal) return { sentence: error.message, code: error.code, exitCode: exitCodes.refused };
  if (error instanceof Unreachable) return { sentence: error.message, code: null, exitCode: exitCodes.unreachable };
  if (error instanceof UsageError) return { sentence: error.message, code: null, exitCode: exitCodes.usage };
  return { sentence: error instanceof Error ? error.message : String(error), code: null, exitCode: exitCodes.refused };
}
