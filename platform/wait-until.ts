import { setTimeout as wait } from 'node:timers/promises';
import { PerennialError } from '../domain/errors.ts';

/**
 * Asks `probe` again and again until it answers true. A probe that throws counts as "not yet", unless it throws one
 * of our own errors: that one is final.
 * @returns false when `timeoutMs` ran out or `giveUp` answered true
 */
export async function waitUntil(probe: () => Promise<boolean>, timeoutMs: number, giveUp: () => boolean = () => false, everyMs = 100): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until && !giveUp()) {
    if (await probe().catch(notYet)) return true;
    await wait(everyMs);
  }
  return false;
}

function notYet(error: unknown): false {
  if (error instanceof PerennialError) throw error;
  return false;
}

/** A probe that is content with a 2xx answer. */
export const httpReady = (url: string) => async (): Promise<boolean> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await answer.body?.cancel();
  return answer.ok;
};
