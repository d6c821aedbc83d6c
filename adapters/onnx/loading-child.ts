import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PerennialError, errorCodes } from '../../domain/errors.ts';
import type { ErrorCode, ErrorDetails } from '../../domain/errors.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { RunningCost } from '../../domain/running-costs.ts';
import type { DryRunReport } from './dry-run.ts';
import type { ModelLimits } from './inspect-model.ts';

/** What the child is asked: to read a file, to try it, or to say what its runs take. */
export type ChildRequest =
  | { readonly step: 'read'; readonly limits: ModelLimits }
  | { readonly step: 'run'; readonly preprocessing: Preprocessing; readonly classes: number }
  | { readonly step: 'time'; readonly preprocessing: Preprocessing; readonly runs: number };

interface ChildAnswer {
  readonly read?: true;
  readonly report?: DryRunReport;
  readonly peakMemoryBytes?: number;
  readonly cost?: RunningCost;
  readonly refused?: { readonly code: string; readonly message: string; readonly details: ErrorDetails };
}

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

/** What JavaScript objects may take in the child: a file of tiny numbers must not grow into gigabytes of them. */
const heapMegabytesMax = 1024;

/**
 * The command line of the child. A shell's `ulimit` sets private memory, address space and processor time before Node
 * starts; a limit that a system does not know is skipped there, and the wall clock holds everywhere.
 */
function commandFor({ secondsMax, memoryBytesMax }: ChildLimits): [string, string[]] {
  const program = [process.execPath, `--max-old-space-size=${heapMegabytesMax}`, entry];
  if (process.platform === 'win32') return [process.execPath, program.slice(1)];
  const kib = (bytes: number) => Math.ceil(bytes / 1024);
  const limits = [`-c 0`, `-d ${kib(memoryBytesMax)}`, `-v ${kib(memoryBytesMax + reservedBytes)}`, `-t ${Math.ceil(secondsMax) * 2}`];
  const script = `${limits.map((limit) => `ulimit ${limit} 2>/dev/null`).join('; ')}; exec "$@"`;
  return ['/bin/sh', ['-c', script, 'sh', ...program]];
}

function parseAnswer(text: string): ChildAnswer {
  let answer: ChildAnswer;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new PerennialError('MODEL_LOAD_FAILED', undefined, { why: 'the trial ended without an answer' }, { cause });
  }
  const { refused } = answer;
  if (refused === undefined) return answer;
  throw new PerennialError(refused.code in errorCodes ? (refused.code as ErrorCode) : 'MODEL_LOAD_FAILED', refused.message, refused.details);
}

function packMessage(bytes: Uint8Array, request: ChildRequest): Buffer {
  const head = Buffer.from(JSON.stringify(request));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, bytes]);
}

function ask(bytes: Uint8Array, request: ChildRequest, limits: ChildLimits): Promise<ChildAnswer> {
  const [command, parameters] = commandFor(limits);
  const { promise, resolve, reject } = Promise.withResolvers<ChildAnswer>();
  const fail = (why: string, cause?: unknown) => reject(new PerennialError('MODEL_LOAD_FAILED', undefined, { why }, { cause }));
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
    fail('the trial could not be started', cause);
  });
  child.on('close', (code) => {
    clearTimeout(timer);
    if (timedOut) return fail(`no answer within ${limits.secondsMax} s`);
    if (code !== 0) return fail('the trial ended badly, likely for want of memory');
    try {
      resolve(parseAnswer(answer));
    } catch (error) {
      reject(error);
    }
  });
  child.stdin.end(packMessage(bytes, request));
  return promise;
}

/**
 * Reads a file from outside in a child process first: what decoding it takes is not known before it was decoded.
 * @throws PerennialError what `inspectModel` throws, and MODEL_LOAD_FAILED when a limit was hit
 */
export async function readModelInChild(bytes: Uint8Array, modelLimits: ModelLimits, limits: ChildLimits = defaultChildLimits): Promise<void> {
  if (bytes.length > modelLimits.byteSizeMax) {
    throw new PerennialError('MODEL_TOO_LARGE', undefined, { what: 'file', bytes: bytes.length, limit: modelLimits.byteSizeMax });
  }
  await ask(bytes, { step: 'read', limits: modelLimits }, limits);
}

/**
 * Loads and runs a model in a child process with a limit on time and memory, so that a file that hangs, eats memory or
 * brings the runtime down harms nobody. The file is passed as bytes and has no name; the child has no environment of ours.
 * @param bytes a model after `inspectModel` and `adaptModel`, or a composed one
 * @throws PerennialError MODEL_LOAD_FAILED (also when a limit was hit), and what `dryRun` throws
 */
export async function tryModelInChild(bytes: Uint8Array, preprocessing: Preprocessing, classes: number, limits: ChildLimits = defaultChildLimits): Promise<ChildReport> {
  const { report, peakMemoryBytes } = await ask(bytes, { step: 'run', preprocessing, classes }, limits);
  if (report === undefined) throw new PerennialError('MODEL_LOAD_FAILED', undefined, { why: 'the trial ended without an answer' });
  return { ...report, peakMemoryBytes: peakMemoryBytes ?? 0 };
}

/**
 * Runs a model alone in a child, one image after another on one thread (the single stream of MLPerf), and says what each run
 * took and how much memory all of it did.
 * @param bytes a model of our own making or one that was tried before, with an output `embedding`
 * @throws PerennialError MODEL_LOAD_FAILED (also when a limit was hit), MODEL_OUTPUT_NOT_FINITE
 */
export async function timeModelInChild(bytes: Uint8Array, preprocessing: Preprocessing, runs: number, limits: ChildLimits = defaultChildLimits): Promise<RunningCost> {
  const { cost } = await ask(bytes, { step: 'time', preprocessing, runs }, limits);
  if (cost === undefined) throw new PerennialError('MODEL_LOAD_FAILED', undefined, { why: 'the run ended without an answer' });
  return cost;
}
