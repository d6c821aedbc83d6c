import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processBirth } from './process-identity.ts';
import { setupFailed } from './setup-error.ts';
import type { StateFile } from './state-file.ts';
import { signalGroup, stopRecorded } from './stop-process.ts';
import { httpReady, waitUntil } from './wait-until.ts';

/** A process to keep running, as data. */
export type ProcessSpec = {
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment of the process; nothing is added. */
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** The product's own processes are stopped one after another before the services, which are stopped together. */
  kind?: 'product' | 'service';
  /** POSIX user and group, for a server that refuses to run as root. */
  uid?: number;
  gid?: number;
  /** Answers 2xx when the process can be used… */
  readyUrl?: string;
  /** …or any other question. With neither, a process that lives for a second and a half counts as ready. */
  ready?: () => Promise<boolean>;
  readyWithinMs?: number;
  stopSignal?: 'SIGINT' | 'SIGTERM';
  stopWithinMs?: number;
};

export type SupervisedProcess = {
  readonly name: string;
  readonly kind: 'product' | 'service';
  /** Number of the process that runs now; undefined while it is between two lives or stopped. */
  pid(): number | undefined;
  /** How many times it was started again after it died. */
  restarts(): number;
  stop(): Promise<void>;
};

export interface Supervisor {
  /**
   * Starts the process in a group of its own and waits until it is ready. From then on it is started again whenever it dies.
   * @throws PerennialError SETUP_FAILED when it dies or stays silent before it was ready once
   */
  start(spec: ProcessSpec): Promise<SupervisedProcess>;
  /** Stops what an earlier life of ours left running after it was killed. Answers the names. */
  stopLeftovers(): Promise<string[]>;
  /** Stops everything: the product's processes first, the last started first, then the services together. */
  stopAll(): Promise<void>;
  /** Kills everything at once, for the second Ctrl-C. */
  killAll(): void;
}

export type SupervisorDeps = {
  logsDir: string;
  state: StateFile;
  /** Told when a process died and is started again. */
  onRestart?: (name: string, why: string) => void;
  backOff?: { firstMs: number; mostMs: number; forgottenAfterMs: number };
};

const logBytesMax = 20 * 1024 * 1024;

export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const running: SupervisedProcess[] = [];
  let closed = false;
  return {
    async start(spec) {
      // A service whose program was being fetched while everything was told to stop must not come up afterwards.
      if (closed) throw setupFailed(`${spec.name} was not started, as everything is being stopped.`);
      const supervised = createSupervised(spec, deps);
      running.push(supervised.handle);
      try {
        await supervised.firstStart();
      } catch (error) {
        await supervised.handle.stop();
        throw error;
      }
      return supervised.handle;
    },
    async stopLeftovers() {
      const left = Object.entries(deps.state.read().processes);
      await Promise.all(left.map(([, record]) => stopRecorded(record)));
      if (left.length > 0) deps.state.change((state) => void (state.processes = {}));
      return left.map(([name]) => name);
    },
    async stopAll() {
      closed = true;
      for (const one of running.toReversed()) if (one.kind === 'product') await one.stop();
      await Promise.all(running.map((one) => one.stop()));
      running.length = 0;
    },
    killAll() {
      for (const one of running) {
        const pid = one.pid();
        if (pid !== undefined) signalGroup(pid, 'SIGKILL');
      }
    },
  };
}

function createSupervised(spec: ProcessSpec, deps: SupervisorDeps) {
  const backOff = deps.backOff ?? { firstMs: 250, mostMs: 15_000, forgottenAfterMs: 60_000 };
  const log = join(deps.logsDir, `${spec.name}.log`);
  let child: ChildProcess | undefined;
  let death: string | undefined;
  let stopping = false;
  let wasReady = false;
  let restarts = 0;
  let delayMs = backOff.firstMs;
  let bornAt = 0;

  function launch(): void {
    death = undefined;
    bornAt = Date.now();
    const born = spawnToLog(spec, log);
    child = born;
    born.once('error', (error) => died(born, error.message));
    born.once('exit', (code, signal) => died(born, signal === null ? `code ${code}` : `signal ${signal}`));
    if (born.pid !== undefined) remember(born.pid);
  }

  function remember(pid: number): void {
    const birth = processBirth(pid);
    if (birth === undefined) return;
    deps.state.change((state) => void (state.processes[spec.name] = { pid, birth, stopSignal: spec.stopSignal ?? 'SIGTERM' }));
  }

  function forget(): void {
    deps.state.change((state) => void delete state.processes[spec.name]);
  }

  function died(which: ChildProcess, why: string): void {
    if (child !== which) return;
    child = undefined;
    death = why;
    if (which.pid !== undefined) signalGroup(which.pid, 'SIGKILL');
    if (stopping || !wasReady) return;
    if (Date.now() - bornAt > backOff.forgottenAfterMs) delayMs = backOff.firstMs;
    deps.onRestart?.(spec.name, why);
    setTimeout(again, delayMs);
    delayMs = Math.min(delayMs * 2, backOff.mostMs);
  }

  function again(): void {
    if (stopping) return;
    restarts += 1;
    launch();
  }

  async function firstStart(): Promise<void> {
    launch();
    const probe = spec.ready ?? (spec.readyUrl === undefined ? undefined : httpReady(spec.readyUrl));
    const timeoutMs = spec.readyWithinMs ?? 60_000;
    if (probe === undefined) await Promise.race([wait(1_500), waitUntil(async () => death !== undefined, 1_500)]);
    else if (!(await waitUntil(probe, timeoutMs, () => death !== undefined)) && death === undefined) {
      throw setupFailed(`${spec.name} did not answer within ${Math.round(timeoutMs / 1000)} s: look at ${log} (last line: ${lastLine(log)}).`);
    }
    if (death !== undefined) throw setupFailed(`${spec.name} ended with ${death} before it was ready: look at ${log} (last line: ${lastLine(log)}).`);
    wasReady = true;
  }

  const handle: SupervisedProcess = {
    name: spec.name,
    kind: spec.kind ?? 'service',
    pid: () => child?.pid,
    restarts: () => restarts,
    async stop() {
      stopping = true;
      const pid = child?.pid;
      const birth = pid === undefined ? undefined : processBirth(pid);
      if (pid !== undefined && birth !== undefined) await stopRecorded({ pid, birth, stopSignal: spec.stopSignal ?? 'SIGTERM' }, spec.stopWithinMs);
      forget();
    },
  };
  return { handle, firstStart };
}

/** The output goes straight to the file: no pipe of ours can fill, or break when we are killed. */
function spawnToLog(spec: ProcessSpec, log: string): ChildProcess {
  mkdirSync(dirname(log), { recursive: true });
  if (existsSync(log) && statSync(log).size > logBytesMax) renameSync(log, `${log}.1`);
  const file = openSync(log, 'a', 0o600);
  try {
    return spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env as NodeJS.ProcessEnv,
      uid: spec.uid,
      gid: spec.gid,
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', file, file],
    });
  } finally {
    closeSync(file);
  }
}

function lastLine(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return (lines.at(-1) ?? '').slice(0, 300) || 'nothing';
}
