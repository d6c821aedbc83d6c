import { execa, ExecaError } from 'execa';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PlatformContext } from './context.ts';
import { oneLine, setupFailed } from './setup-error.ts';

export type ToolRun = {
  command: string;
  args: readonly string[];
  /** Name of the log file that the whole output is added to. */
  log: string;
  /** What is being attempted, for the sentence when it fails, e.g. `Fetching MLflow`. */
  doing: string;
  /** The way out, for the same sentence. */
  wayOut: string;
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  uid?: number;
  gid?: number;
  timeoutMs?: number;
  /** Told each line of the output as it comes. */
  onLine?: (line: string) => void;
};

/**
 * Runs a program to its end, its output into a log.
 * @returns what it wrote to stdout
 * @throws PerennialError SETUP_FAILED in one sentence, with the last line of the output and the way out
 */
export async function runTool(context: PlatformContext, run: ToolRun): Promise<string> {
  mkdirSync(context.logsDir, { recursive: true });
  const log = createWriteStream(join(context.logsDir, `${run.log}.log`), { flags: 'a', mode: 0o600 });
  try {
    const child = execa(run.command, run.args, {
      cwd: run.cwd ?? context.root,
      env: { ...context.environment, ...run.env },
      extendEnv: false,
      uid: run.uid,
      gid: run.gid,
      stdin: 'ignore',
      timeout: run.timeoutMs ?? 900_000,
      cancelSignal: context.abort,
      forceKillAfterDelay: 2_000,
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    if (run.onLine !== undefined) tellLines([child.stdout, child.stderr], run.onLine);
    return (await child).stdout;
  } catch (error) {
    if (context.abort.aborted) throw setupFailed(`${run.doing} was stopped.`);
    throw setupFailed(`${run.doing} failed (${reason(error)}): ${run.wayOut}`);
  } finally {
    log.end();
  }
}

function tellLines(streams: readonly NodeJS.ReadableStream[], onLine: (line: string) => void): void {
  for (const input of streams) createInterface({ input }).on('line', (line) => { if (line.trim() !== '') onLine(line.trim()); });
}

function reason(error: unknown): string {
  if (!(error instanceof ExecaError)) return oneLine(error);
  const lines = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.split('\n').filter((line) => line.trim() !== '');
  return oneLine(lines.at(-1) ?? error.shortMessage);
}
