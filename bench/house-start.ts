import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A house brought up by `npm start`. */
export interface StartedHouse {
  /** From the command to the address. */
  readonly seconds: number;
  /** Megabytes of our own processes by name: `serve`, `decoding-child`, `worker`, `api`, `start`. */
  memory(): ReadonlyMap<string, ProcessMemory>;
  stop(): Promise<void>;
}

/** In megabytes. */
export interface ProcessMemory {
  /** Pages shared with others counted in parts, so that processes may be added up. */
  readonly proportional: number;
  /** Pages shared with others counted whole in each. */
  readonly resident: number;
}

const longestMs = 15 * 60_000;

/**
 * Runs `npm start` in a checkout and waits for its address.
 * @throws Error with the last lines where it ends before
 */
export async function startHouse(root: string, environment: Readonly<Record<string, string | undefined>>): Promise<StartedHouse> {
  const from = performance.now();
  const child = spawn(process.execPath, [join('platform', 'start.mjs')], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let output = '';
  const up = new Promise<'up'>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { if ((output += text.toString()).includes('Perennial is at ')) resolve('up'); });
  });
  const late = new Promise<'late'>((resolve) => { setTimeout(() => resolve('late'), longestMs).unref(); });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  if ((await Promise.race([up, ended, late])) !== 'up') {
    await stop();
    throw new Error(`npm start did not come up: ${output.trim().split('\n').slice(-5).join(' | ')}`);
  }
  return { seconds: (performance.now() - from) / 1000, stop, memory: () => memoryUnder(child) };
}

/** Every process under one, by what it runs. Linux alone tells of them. */
function memoryUnder(top: ChildProcess): Map<string, ProcessMemory> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  }
  const under = (pid: number): boolean => pid === top.pid || (parents.has(pid) && pid > 1 && under(parents.get(pid)!));
  const found = new Map<string, ProcessMemory>();
  for (const pid of parents.keys()) {
    const [, name] = /(?:bin|platform|images)\/(serve|worker|api|start|decoding-child)(?:-entry)?\.ts\0/.exec(read(`/proc/${pid}/cmdline`)) ?? [];
    if (name === undefined || !under(pid)) continue;
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    const megabytes = (label: string): number => Number(new RegExp(`^${label}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? NaN) / 1024;
    found.set(name, { proportional: megabytes('Pss'), resident: megabytes('Rss') });
  }
  return found;
}

const parentOf = (pid: number): number => Number(read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[1] ?? 0);

/** A process may end while it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
