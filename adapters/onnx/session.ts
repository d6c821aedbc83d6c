import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PerennialError } from '../../domain/errors.ts';

/** One output of a run: its shape and its values, row after row. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A loaded model with one image input. */
export interface OnnxSession {
  readonly inputName: string;
  /** Shape of the input as the file declares it; a text is a size that is free. */
  readonly inputShape: readonly (number | string)[];
  readonly outputNames: readonly string[];
  /** Images that may go in at once: `many`, or `one` where the file fixes its batch to 1. */
  readonly batch: 'many' | 'one';
  /**
   * Runs one batch.
   * @param values the images one after another: count × the rest of the input's shape
   * @param count images in the batch, 1 or more
   * @param outputs names of the outputs to compute; the others are not computed where that saves work
   * @throws PerennialError MODEL_INPUT_UNSUPPORTED for a wrong length, MODEL_LOAD_FAILED when it does not run,
   *   MODEL_OUTPUT_NOT_FINITE when an output holds NaN or infinity
   */
  run(values: Float32Array, count: number, outputs: readonly string[]): Promise<Readonly<Record<string, OutputTensor>>>;
  /** Waits for runs under way, then lets the model go. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Threads of one run; 1 gives the most images for the processor's time. A run holds the thread it is called on until it ends. */
  readonly threads: number;
  /** Sizes for free dimensions after the batch, in order, when the file leaves them open. */
  readonly inputSize?: readonly number[];
  /** Run one blank image before answering, so that the first caller does not pay for it. On unless false. */
  readonly warmUp?: boolean;
}

async function load(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', executionProviders: ['cpu'], logSeverityLevel: 3,
      // Planned memory is kept for each size of batch that ever came; without the plan a run takes as long.
      enableMemPattern: false,
      // Threads that wait for work by spinning took as much processor time again as the work itself, on two cores.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new PerennialError('MODEL_LOAD_FAILED', 'The model did not load.', {}, { cause });
  }
}

function toOutput(name: string, tensor: Tensor): OutputTensor {
  if (!(tensor.data instanceof Float32Array)) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', undefined, { output: name, type: tensor.type });
  }
  // A sum is not finite when one of its parts is not: one pass, no branch per value. Float64 cannot overflow on float32 parts.
  let sum = 0;
  for (const value of tensor.data) sum += value;
  if (!Number.isFinite(sum)) throw new PerennialError('MODEL_OUTPUT_NOT_FINITE', undefined, { output: name });
  return { dims: tensor.dims, data: tensor.data };
}

/**
 * Loads a model whose bytes were inspected before (`inspectModel`) and that has one float32 image input.
 * @throws PerennialError MODEL_LOAD_FAILED, MODEL_INPUT_UNSUPPORTED, and what `run` throws when the warm-up fails
 */
export async function createOnnxSession(bytes: Uint8Array, options: SessionOptions): Promise<OnnxSession> {
  const session = await load(bytes, options.threads);
  const input = session.inputMetadata[0];
  if (session.inputMetadata.length !== 1 || input === undefined || !input.isTensor || input.type !== 'float32' || input.shape.length !== 4) {
    await session.release();
    throw new PerennialError('MODEL_INPUT_UNSUPPORTED');
  }
  const rest = input.shape.slice(1).map((size, at) => (typeof size === 'number' ? size : options.inputSize?.[at] ?? 0));
  const valuesPerImage = rest.reduce((product, size) => product * size, 1);
  const running = new Set<Promise<unknown>>();
  let closed = false;

  async function feed(tensor: Tensor, outputs: readonly string[]) {
    try {
      return await session.run({ [input!.name]: tensor }, outputs);
    } catch (cause) {
      throw new PerennialError('MODEL_LOAD_FAILED', 'The model did not run.', {}, { cause });
    }
  }

  async function run(values: Float32Array, count: number, outputs: readonly string[]): Promise<Record<string, OutputTensor>> {
    if (closed) throw new PerennialError('SERVING_NOT_READY');
    if (count < 1 || values.length !== count * valuesPerImage) {
      throw new PerennialError('MODEL_INPUT_UNSUPPORTED', 'The batch does not have the size of the input.', { expected: count * valuesPerImage, got: values.length });
    }
    const work = feed(new Tensor('float32', values, [count, ...rest]), outputs);
    running.add(work);
    try {
      const answers = await work;
      return Object.fromEntries(Object.entries(answers).map(([name, tensor]) => [name, toOutput(name, tensor)]));
    } finally {
      running.delete(work);
    }
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await Promise.allSettled(running);
    await session.release();
  }

  const first = input.shape[0];
  const result: OnnxSession = {
    inputName: input.name, inputShape: input.shape, outputNames: session.outputNames,
    batch: typeof first === 'number' && first >= 0 ? 'one' : 'many', run, close,
  };
  if (typeof first === 'number' && first > 1) {
    await close();
    throw new PerennialError('MODEL_INPUT_UNSUPPORTED', 'The model takes a fixed batch of more than one image.', { batch: first });
  }
  if (options.warmUp !== false) {
    try {
      await run(new Float32Array(valuesPerImage), 1, session.outputNames);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return result;
}
