import { Worker } from 'node:worker_threads';
import { type ErrorCode, errorCodes, PerennialError } from '../../domain/errors.ts';
import type { Backbone } from '../../domain/ports.ts';
import type { BackboneOptions } from './onnx-backbone.ts';

/** The first message. */
export interface ThreadLoad { readonly bytes: Uint8Array; readonly options: BackboneOptions }
export interface ThreadRequest { readonly id: number; readonly inputs: readonly Float32Array[] }
export interface ThreadAnswer {
  /** 0 for the loading, else the request's. */
  readonly id: number;
  readonly loaded?: Pick<Backbone, 'weightsDigest' | 'preprocessing' | 'dimensions'>;
  readonly answers?: Awaited<ReturnType<Backbone['run']>>;
  readonly refused?: { readonly code: string; readonly message: string };
}
type Waiting = Pick<PromiseWithResolvers<ThreadAnswer>, 'resolve' | 'reject'>;

/**
 * A backbone in a thread of its own. ONNX Runtime's `run()` and the loading of a model hold the thread they are called on
 * until they end, so on the main one nothing would be received, answered or stored meanwhile.
 * @param bytes handed over: empty afterwards, so that the file is not held twice while it loads
 * @throws PerennialError as createOnnxBackbone does
 */
export async function createThreadedBackbone(bytes: Uint8Array, options: BackboneOptions): Promise<Backbone> {
  const worker = new Worker(new URL('inference-thread-entry.ts', import.meta.url), { name: 'inference' });
  const waiting = new Map<number, Waiting>();
  let lost: PerennialError | null = null;
  let last = 0;
  worker.on('message', (answer: ThreadAnswer) => {
    const { resolve, reject } = waiting.get(answer.id) ?? {};
    waiting.delete(answer.id);
    if (answer.refused === undefined) resolve?.(answer);
    else reject?.(new PerennialError(answer.refused.code in errorCodes ? (answer.refused.code as ErrorCode) : 'MODEL_LOAD_FAILED', answer.refused.message));
  });
  const lose = (cause: unknown): void => {
    lost ??= new PerennialError('SERVING_NOT_READY', undefined, {}, { cause });
    for (const { reject } of waiting.values()) reject(lost);
    waiting.clear();
  };
  worker.on('error', lose);
  worker.on('exit', (code) => { lose(new Error(`the inference thread ended with ${code}`)); });
  const answerTo = (id: number): Promise<ThreadAnswer> => {
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    if (lost === null) waiting.set(id, { resolve, reject });
    else reject(lost);
    return promise;
  };
  // A part of a larger buffer cannot be handed over: it is copied.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  worker.postMessage({ bytes: own, options } satisfies ThreadLoad, [own.buffer as ArrayBuffer]);
  const close = async (): Promise<void> => { await worker.terminate(); };
  let loaded: ThreadAnswer['loaded'];
  try {
    ({ loaded } = await answerTo(0));
  } catch (error) {
    await close();
    throw error;
  }
  if (loaded === undefined) throw new PerennialError('MODEL_LOAD_FAILED');
  return {
    ...loaded,
    async run(inputs) {
      last += 1;
      const answer = answerTo(last);
      // Copied, not handed over: where a batch fails, each of its images is run again.
      worker.postMessage({ id: last, inputs } satisfies ThreadRequest);
      return (await answer).answers ?? [];
    },
    close,
  };
}

/**
 * Several threads as one backbone, each with a session of its own: a run goes to the one with least to do.
 * @param bytes handed over: empty afterwards
 * @param threads 1 or more
 */
export async function createThreadedBackbones(bytes: Uint8Array, threads: number): Promise<Backbone> {
  const copies = Array.from({ length: threads - 1 }, () => bytes.slice());
  const members = await Promise.all(Array.from({ length: Math.max(1, threads) }, async (_, at) => ({ backbone: await createThreadedBackbone(at === 0 ? bytes : copies[at - 1]!, { threads: 1 }), running: 0 })));
  const { weightsDigest, preprocessing, dimensions } = members[0]!.backbone;
  return {
    weightsDigest, preprocessing, dimensions,
    async run(inputs) {
      const member = members.reduce((least, next) => (next.running < least.running ? next : least));
      member.running += 1;
      try {
        return await member.backbone.run(inputs);
      } finally {
        member.running -= 1;
      }
    },
    async close() {
      await Promise.all(members.map(({ backbone }) => backbone.close()));
    },
  };
}
