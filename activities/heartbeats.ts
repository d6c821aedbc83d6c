import { Context } from '@temporalio/activity';

/** Well within the shortest heartbeat timeout of workflows/steps.ts. */
export const heartbeatMs = 4_000;

/**
 * Keeps Temporal told that a step lives. A step whose worker was killed is then given out again after its heartbeat's time,
 * and not after the whole time it might have taken.
 */
export function withHeartbeats<T extends Record<string, (...input: never[]) => Promise<unknown>>>(activities: T, everyMs = heartbeatMs): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, async (...input: never[]) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), everyMs);
    try {
      return await activity(...input);
    } finally {
      clearInterval(beat);
    }
  }]);
  return Object.fromEntries(wrapped) as T;
}
