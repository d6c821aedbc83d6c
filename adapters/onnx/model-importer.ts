import { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, PerennialError } from '../../domain/errors.ts';
import type { BroughtModel, ModelImporter } from '../../domain/model-import.ts';
import type { BringRequest } from './bring-model.ts';
import { type ChildLimits, defaultChildLimits } from './loading-child.ts';

interface Answer {
  readonly model?: BroughtModel;
  readonly refused?: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails } | null;
  readonly why?: string;
}

/** Objects of a file being read; its weights are outside this heap. A file that needs more was refused by the child before. */
const heapMegabytesMax = 1536;
/** While it loads, the runtime holds a file and its weights several times: what a trial may take grows with the file. */
const copiesHeld = 4;
/** Reading, composing and hashing around the trial, which has its own limit. */
const secondsBeyondTrial = 60;

function answerOf(request: BringRequest, secondsMax: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const fail = (why: string, cause?: unknown): void => reject(new PerennialError('MODEL_LOAD_FAILED', undefined, { why }, { cause }));
  // It has no environment of ours: nothing in it needs one.
  const thread = new Worker(new URL('bring-model-thread-entry.ts', import.meta.url), { workerData: request, env: {}, resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax } });
  const timer = setTimeout(() => { fail(`no answer within ${secondsMax} s`); void thread.terminate(); }, secondsMax * 1000);
  thread.on('message', resolve);
  thread.on('error', (cause) => fail('reading it took more than is given', cause));
  thread.on('exit', () => { clearTimeout(timer); fail('reading it ended without an answer'); });
  return promise;
}

/**
 * Brings models in on a thread of their own, so that half a gigabyte being read, hashed and written keeps no request
 * waiting; what loads and runs them is a child process behind it (`importModel`). @see ModelImporter
 * @param limits time for everything together, and memory of each child beyond what the file's own size asks for
 */
export function createModelImporter(limits: ChildLimits = defaultChildLimits): ModelImporter {
  return {
    async bring(bytes, specification, classes, rowOf) {
      const { secondsMax } = limits;
      const memoryBytesMax = limits.memoryBytesMax + copiesHeld * bytes.byteLength;
      const { model, refused, why } = await answerOf({ bytes, specification, classes, rowOf, limits: { secondsMax, memoryBytesMax } }, secondsMax + secondsBeyondTrial);
      if (model !== undefined) return model;
      if (refused == null) throw new PerennialError('INTERNAL', undefined, {}, { cause: new Error(why) });
      throw new PerennialError(refused.code, refused.message, refused.details);
    },
  };
}
