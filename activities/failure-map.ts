import { ApplicationFailure } from '@temporalio/common';
import { type ErrorCode, isPerennialError } from '../domain/errors.ts';

/** Failures that waiting may mend; every other code is an answer, and asking again gives the same one. */
const worthRetrying = new Set<ErrorCode>([
  'STORE_UNAVAILABLE', 'STORAGE_FULL', 'DATABASE_UNAVAILABLE', 'REGISTRY_UNAVAILABLE', 'SERVING_NOT_READY', 'SERVING_OVERLOADED', 'IDEMPOTENCY_IN_PROGRESS', 'INTERNAL',
]);

/** Whether a step that failed with this code is tried again. */
export const mayRetry = (code: ErrorCode): boolean => worthRetrying.has(code);

/** Wraps activities so that codes of the table reach the workflow as typed failures that say whether to retry. */
export function withFailureMap<T extends Record<string, (...input: never[]) => Promise<unknown>>>(activities: T): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, async (...input: never[]) => {
    try {
      return await activity(...input);
    } catch (error) {
      if (!isPerennialError(error)) throw error;
      throw ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: !mayRetry(error.code), cause: error });
    }
  }]);
  return Object.fromEntries(wrapped) as T;
}
