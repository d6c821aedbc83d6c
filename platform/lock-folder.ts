import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isSameProcess, processBirth } from './process-identity.ts';

/**
 * Holds a name in a folder while `work` runs, so that two starts that share the fetched tools do not fetch into each other.
 * A lock whose holder is gone is taken over.
 */
export async function withLock<T>(folder: string, name: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, `.${name}.lock`);
  for (let waited = false; !tryLock(lock); waited = true) {
    if (!waited) onWait();
    await wait(250);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Takes the lock file, or says that a living process holds it. */
export function tryLock(lock: string, about: Readonly<Record<string, unknown>> = {}): boolean {
  const mine = JSON.stringify({ pid: process.pid, birth: processBirth(process.pid), ...about });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(lock, mine, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (lockHolder(lock) !== undefined) return false;
      rmSync(lock, { force: true });
    }
  }
  return false;
}

/** What the living holder wrote into the lock, or undefined when it is free or its holder died. */
export function lockHolder(lock: string): (Record<string, unknown> & { pid: number }) | undefined {
  try {
    const held = JSON.parse(readFileSync(lock, 'utf8')) as Record<string, unknown>;
    const { pid, birth } = held;
    return typeof pid === 'number' && typeof birth === 'string' && isSameProcess(pid, birth) ? { ...held, pid } : undefined;
  } catch {
    return undefined;
  }
}
