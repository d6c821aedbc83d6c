import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PerennialError, errorCodes } from '../../domain/errors.ts';
import type { ErrorCode, ErrorDetails } from '../../domain/errors.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { DryRunReport } from './dry-run.ts';

export interface ChildLimits {
  /** Wall clock; the child is killed after it. */
  readonly secondsMax: number;
  /** Private memory the child may ask for, its own 100 MB or so included. */
  readonly memoryBytesMax: number;
}

export const defaultChildLimits: ChildLimits = { secondsMax: 30, memoryBytesMax: 3 * 2 ** 30 };

export interface ChildReport extends DryRunReport {
  /** Most memory the child had in use, the runtime's own included. */
  readonly peakMemoryBytes: number;
}

const entry = fileURLToPath(new URL('loading-child-entry.ts', import.meta.url));
const answerBytesMax = 64 * 1024;
/** Address space beyond private memory: Node reserves far more than it uses. */
const reservedBytes = 3 * 2 ** 30;

/**
 * The command line of the child. A shell's `ulimit` sets private memory, address space and processor time before Node
 * starts; a limit that a system does not know is skipped there, and the wall clock holds everywhere.
 */
function commandFor({ secondsMax, memoryBytesMax }: ChildLimits): [string, string[]] {
  if (process.platform === 'win32') return [process.execPath, [entry]];
  const kib = (bytes: number) => Math.ceil(bytes / 1024);
  const limits = [`-c 0`, `-d ${kib(memoryBytesMax)}`, `-v ${kib(memoryBytesMax + reservedBytes)}`, `-t ${Math.ceil(secondsMax) * 2}`];
  const script = `${limits.map((limit) => `ulimit ${limit} 2>/dev/null`).join('; ')}; exec "$@"`;
  return ['/bin/sh', ['-c', script, 'sh', process.execPath, entry]];
}

function parseAnswer(text: string): ChildReport {
  let answer: { report?: DryRunReport; peakMemoryBytes?: number; refused?: { code: string; message: string; details: ErrorDetails } };
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new PerennialError('MODEL_LOAD_FAILED', undefined, { why: 'the trial ended without an answer' }, { cause });
  }
  const { report, refused, peakMemoryBytes } = answer;
  if (report !== undefined) return { ...report, peakMemoryBytes: peakMemoryBytes ?? 0 };
  const code: ErrorCode = refused !== undefined && refused.code in errorCodes ? (refused.code as ErrorCode) : 'MODEL_LOAD_FAILED';
  throw new PerennialError(code, refused?.message, refused?.details);
}

function packMessage(bytes: Uint8Array, preprocessing: Preprocessing, classes: number): Buffer {
  const head = Buffer.from(JSON.stringify({ preprocessing, classes }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, bytes]);
}

/**
 * Loads and tries a model in a child process with a limit on time and memory, so that a file that hangs, eats memory or
 * brings the runtime down harms nobody. The file is passed as bytes and has no name; the child has no environment of ours.
 * @param bytes a model after `inspectModel` and `adaptModel`, or a composed one
 * @throws PerennialError MODEL_LOAD_FAILED (also when a limit was hit), and what `dryRun` throws
 */
export function tryModelInChild(bytes: Uint8Array, preprocessing: Preprocessing, classes: number, limits: ChildLimits = defaultChildLimits): Promise<ChildReport> {
  const [command, parameters] = commandFor(limits);
  const { promise, resolve, reject } = Promise.withResolvers<ChildReport>();
  const child = spawn(command, parameters, { cwd: tmpdir(), env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
  let timedOut = false;
  let answer = '';
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, limits.secondsMax * 1000);
  child.stdout.on('data', (part: Buffer) => {
    answer += part.toString('utf8');
    if (answer.length > answerBytesMax) child.kill('SIGKILL');
  });
  // A child that dies while the model is still being sent to it closes the pipe; `close` tells the story then.
  child.stdin.on('error', () => undefined);
  child.on('error', (cause) => {
    clearTimeout(timer);
    reject(new PerennialError('MODEL_LOAD_FAILED', undefined, { why: 'the trial could not be started' }, { cause }));
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    if (timedOut) return reject(new PerennialError('MODEL_LOAD_FAILED', undefined, { why: `no answer within ${limits.secondsMax} s` }));
    if (code !== 0) return reject(new PerennialError('MODEL_LOAD_FAILED', undefined, { why: 'the trial ended badly, likely for want of memory', exit: code, signal }));
    try {
      resolve(parseAnswer(answer));
    } catch (error) {
      reject(error);
    }
  });
  child.stdin.end(packMessage(bytes, preprocessing, classes));
  return promise;
}
