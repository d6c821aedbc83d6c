const LONGEST_WAIT_MS = 60_000;

/**
 * How long to wait before the next attempt.
 * @param retryAfter the header as sent: seconds, or an HTTP date; null where there is none
 * @param attempt 0 for the wait after the first attempt
 * @param nowMs the time that a date is held against
 * @returns milliseconds, at most a minute: a server that asks for more has lost this command
 */
export function retryWaitMs(retryAfter: string | null, attempt: number, nowMs: number): number {
  const backoff = Math.min(LONGEST_WAIT_MS, 250 * 2 ** attempt);
  if (retryAfter === null) return backoff;
  const seconds = Number(retryAfter);
  const asked = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - nowMs;
  return Number.isFinite(asked) ? Math.min(LONGEST_WAIT_MS, Math.max(0, asked)) : backoff;
}
