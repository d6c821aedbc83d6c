import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface WorkerProcess {
  /** Times it was started, the first one included. */
  readonly starts: () => number;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** The real bin/worker.ts, started again whenever it dies, as the supervisor does it. */
export function keepWorker(environment: Readonly<Record<string, string>>): WorkerProcess {
  let [output, starts, stopped] = ['', 0, false];
  let child: ChildProcess;
  let ended: Promise<void>;
  const start = (): void => {
    starts += 1;
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bin', 'worker.ts')], {
      cwd: root, env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', NODE_ENV: 'test', ...environment }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => { output += text.toString(); });
    ended = new Promise((resolve) => {
      child.once('exit', () => {
        if (!stopped) start();
        resolve();
      });
    });
  };
  start();
  return {
    starts: () => starts,
    output: () => output,
    async stop() {
      stopped = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
