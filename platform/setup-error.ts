import { PerennialError } from '../domain/errors.ts';

/**
 * A part of the set-up that could not be made ready, as one sentence that ends in the way out.
 * The starters throw this, and nothing else, for whatever a person can mend.
 */
export function setupFailed(sentence: string, details?: PerennialError['details']): PerennialError {
  return new PerennialError('SETUP_FAILED', sentence, details);
}

/** One line out of whatever was thrown: never a stack, never more than 400 characters. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 400);
}
