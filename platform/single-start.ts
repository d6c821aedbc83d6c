import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockHolder, tryLock } from './lock-folder.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

export type HeldStart = {
  /** Tells a second start where the first is to be found. */
  announce(address: string): void;
  release(): void;
};

/** One start at a time for a state folder. Answers the lock, or who holds it. */
export function holdStart(stateDir: string): { outcome: 'held'; start: HeldStart } | { outcome: 'running'; pid: number; address?: string } {
  const lock = join(stateDir, 'start.lock');
  if (!tryLock(lock)) {
    const holder = lockHolder(lock);
    return { outcome: 'running', pid: holder?.pid ?? 0, address: typeof holder?.['address'] === 'string' ? holder['address'] : undefined };
  }
  return {
    outcome: 'held',
    start: {
      announce: (address) => writeJsonFile(lock, { ...(readJsonFile(lock) as object), address }, 0o600),
      release: () => rmSync(lock, { force: true }),
    },
  };
}
