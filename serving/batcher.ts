import { PerennialError } from '../domain/errors.ts';

export interface BatcherOptions<In, Out> {
  /** Most inputs in one run; 1 turns batching off. */
  readonly batchSizeMax: number;
  /** Longest that an input waits for company, in ms; 0 runs what is there. */
  readonly batchDelayMsMax: number;
  /** Most inputs that wait; one more is refused. */
  readonly queueLengthMax: number;
  /** Longest that an input may wait at all, in ms. */
  readonly queueAgeMsMax: number;
  /** Most runs under way at once; 1 unless given. */
  readonly runsMax?: number;
  readonly now: () => number;
  /** One answer for each input, in order. Where it throws for several, each is run by itself: one that is poisoned fails alone. */
  readonly run: (inputs: readonly In[]) => Promise<readonly Out[]>;
}

interface Waiting<In, Out> {
  readonly input: In;
  readonly since: number;
  readonly signal: AbortSignal | undefined;
  resolve(output: Out): void;
  reject(error: unknown): void;
}

export interface Batcher<In, Out> {
  /**
   * @throws PerennialError SERVING_OVERLOADED when the queue is full, SERVING_DEADLINE_PASSED when it waited too long
   */
  submit(input: In, signal?: AbortSignal): Promise<Out>;
  readonly length: number;
}

/**
 * Joins what arrives at about the same time into one run: as soon as a batch is full, or its first input has waited long
 * enough. As many batches run as there may be runs, while the next fills. An input whose caller has gone, or that waited
 * past its age, is never run.
 */
export function createBatcher<In, Out>(options: BatcherOptions<In, Out>): Batcher<In, Out> {
  const queue: Waiting<In, Out>[] = [];
  const runsMax = options.runsMax ?? 1;
  let running = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function schedule(): void {
    if (running >= runsMax || queue.length === 0) return;
    // What waited while a run was under way has waited.
    const left = options.batchDelayMsMax - (options.now() - queue[0]!.since);
    if (queue.length >= options.batchSizeMax || left <= 0) return void flush();
    timer ??= setTimeout(() => { timer = null; void flush(); }, left);
  }

  function take(): Waiting<In, Out>[] {
    const batch: Waiting<In, Out>[] = [];
    while (batch.length < options.batchSizeMax) {
      const next = queue.shift();
      if (next === undefined) break;
      if (next.signal?.aborted === true || options.now() - next.since > options.queueAgeMsMax) next.reject(new PerennialError('SERVING_DEADLINE_PASSED'));
      else batch.push(next);
    }
    return batch;
  }

  async function flush(): Promise<void> {
    if (running >= runsMax) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    running += 1;
    const batch = answer(take());
    // What did not fit in goes into the next run, if there may be one.
    schedule();
    await batch;
    running -= 1;
    schedule();
  }

  async function answer(batch: readonly Waiting<In, Out>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const outputs = await options.run(batch.map((each) => each.input));
      batch.forEach((each, at) => each.resolve(outputs[at] as Out));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const each of batch) await answer([each]);
    }
  }

  return {
    get length() { return queue.length; },
    submit(input, signal) {
      if (queue.length >= options.queueLengthMax) return Promise.reject(new PerennialError('SERVING_OVERLOADED', undefined, { retryAfterSeconds: 1 }));
      return new Promise((resolve, reject) => {
        queue.push({ input, since: options.now(), signal, resolve, reject });
        schedule();
      });
    },
  };
}
