import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { isSameProcess } from './process-identity.ts';

export type ProcessRecord = { pid: number; birth: string; stopSignal: 'SIGINT' | 'SIGTERM' };

/** Sends a signal to a process and all it started. Says nothing when they are gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/t', ...(signal === 'SIGKILL' ? ['/f'] : [])], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // gone already
  }
}

/** Asks only the leader: Postgres takes care of its own children, and a group signal would make them panic first. */
export function signalLeader(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') return signalGroup(pid, signal);
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}

/**
 * Stops a process that we started, in this life or an earlier one: asks, waits, then kills it with all it started.
 * A process that merely has the same number is left alone.
 */
export async function stopRecorded(record: ProcessRecord, patienceMs = 10_000): Promise<void> {
  if (!isSameProcess(record.pid, record.birth)) return;
  signalLeader(record.pid, record.stopSignal);
  const until = Date.now() + patienceMs;
  while (Date.now() < until && isSameProcess(record.pid, record.birth)) await wait(50);
  // What the leader left behind in its group goes too.
  signalGroup(record.pid, 'SIGKILL');
  while (isSameProcess(record.pid, record.birth)) await wait(20);
}
