// What runs in the child process of `loading-child.ts`: one message in on stdin, one line of JSON out on stdout.
// It is a program, not a module to import: the first load of a file from outside happens here, under limits.
import { isPerennialError } from '../../domain/errors.ts';
import { dryRun } from './dry-run.ts';
import { inspectModel } from './inspect-model.ts';
import type { ChildRequest } from './loading-child.ts';
import { createOnnxSession } from './session.ts';
import { timeRuns } from './time-runs.ts';

async function readAll(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function answer(): Promise<object> {
  const message = await readAll();
  const headLength = message.readUInt32LE(0);
  const request = JSON.parse(message.toString('utf8', 4, 4 + headLength)) as ChildRequest;
  const bytes = message.subarray(4 + headLength);
  if (request.step === 'read') {
    inspectModel(bytes, request.limits);
    return { read: true };
  }
  if (request.step === 'time') return { cost: await timeRuns(bytes, request.preprocessing, request.runs) };
  const session = await createOnnxSession(bytes, { threads: 1, warmUp: false });
  const report = await dryRun(session, request.preprocessing, request.classes);
  return { report, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
}

function refusal(error: unknown): object {
  if (isPerennialError(error)) return { refused: { code: error.code, message: error.message, details: error.details } };
  return { refused: { code: 'MODEL_LOAD_FAILED', message: 'The model did not load.', details: {} } };
}

const line = JSON.stringify(await answer().catch(refusal));
process.stdout.write(`${line}\n`, () => process.exit(0));
