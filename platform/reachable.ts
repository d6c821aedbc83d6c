import type { Environment } from './context.ts';

/** True when the host answers at all within 3 s: enough to decide where to fetch from. */
export async function isReachable(url: string, environment: Environment, timeoutMs = 3_000): Promise<boolean> {
  // A person who works offline says so once, as for npm.
  if (environment['PERENNIAL_OFFICIAL_DOWNLOADS'] === 'off') return false;
  try {
    const answer = await fetch(url, { method: 'HEAD', redirect: 'follow', signal: AbortSignal.timeout(timeoutMs) });
    return answer.ok;
  } catch {
    return false;
  }
}
