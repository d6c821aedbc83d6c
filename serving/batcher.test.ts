import { fc, test } from '@fast-check/vitest';
import { describe, expect, it, vi } from 'vitest';
import { type BatcherOptions, createBatcher } from './batcher.ts';
import { createInTurn } from './in-turn.ts';

/** A run that ends when told, and remembers what it was given. */
function slowRun() {
  const batches: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const run = (inputs: readonly number[]) => {
    batches.push(inputs);
    return new Promise<readonly number[]>((resolve) => ends.push(() => resolve(inputs.map((each) => each * 10))));
  };
  return { batches, ends, run };
}
const options = (more: Partial<BatcherOptions<number, number>>): BatcherOptions<number, number> => ({
  batchSizeMax: 4, batchDelayMsMax: 5, queueLengthMax: 100, queueAgeMsMax: 1000, now: () => Date.now(), run: async (inputs) => inputs.map((each) => each * 10), ...more,
});
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => (error as { code?: string }).code ?? String(error));
const turn = () => new Promise(setImmediate);

describe('what runs together', () => {
  test.prop([fc.integer({ min: 1, max: 8 }), fc.constantFrom(0, 1, 3), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 })], { numRuns: 40 })(
    'everyone gets their own answer, in batches of at most the size, whatever the pauses', async (batchSizeMax, batchDelayMsMax, pauses) => {
      const sizes: number[] = [];
      const batcher = createBatcher(options({ batchSizeMax, batchDelayMsMax, run: async (inputs) => { sizes.push(inputs.length); await turn(); return inputs.map((each) => each * 10); } }));
      const answers: Promise<number>[] = [];
      for (const [at, pause] of pauses.entries()) {
        answers.push(batcher.submit(at));
        for (let turns = 0; turns < pause; turns += 1) await turn();
      }
      expect(await Promise.all(answers)).toEqual(pauses.map((_, at) => at * 10));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(batchSizeMax);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(pauses.length);
      expect(batcher.length).toBe(0);
    });

  it('a full batch does not wait the window out', async () => {
    const batcher = createBatcher(options({ batchSizeMax: 3, batchDelayMsMax: 60_000 }));
    expect(await Promise.all([1, 2, 3].map((each) => batcher.submit(each)))).toEqual([10, 20, 30]);
  });

  it('a lone input waits the window and no longer', async () => {
    vi.useFakeTimers();
    try {
      const { batches, run } = slowRun();
      void createBatcher(options({ run })).submit(1);
      await vi.advanceTimersByTimeAsync(4);
      expect(batches).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(batches).toEqual([[1]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('as many batches run as there may be runs, and no more', async () => {
    const { batches, ends, run } = slowRun();
    const batcher = createBatcher(options({ batchSizeMax: 2, batchDelayMsMax: 0, runsMax: 2, run }));
    const answers = [1, 2, 3, 4, 5].map((each) => batcher.submit(each));
    await turn();
    expect(batches).toEqual([[1], [2]]);
    ends.shift()!();
    await turn();
    expect(batches).toEqual([[1], [2], [3, 4]]);
    while (ends.length > 0) {
      ends.shift()!();
      await turn();
    }
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
  });

  it('what waited while a batch ran does not wait the window again', async () => {
    vi.useFakeTimers();
    try {
      const { batches, ends, run } = slowRun();
      const batcher = createBatcher(options({ batchSizeMax: 2, batchDelayMsMax: 5, run }));
      for (const each of [1, 2, 3]) void batcher.submit(each);
      await vi.advanceTimersByTimeAsync(5);
      expect(batches).toEqual([[1, 2]]);
      ends.shift()!();
      await vi.advanceTimersByTimeAsync(0);
      expect(batches).toEqual([[1, 2], [3]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('what comes while one batch runs is the next batch', async () => {
    const { batches, ends, run } = slowRun();
    const batcher = createBatcher(options({ batchDelayMsMax: 0, run }));
    const answers = [batcher.submit(1), batcher.submit(2), batcher.submit(3)];
    await turn();
    expect(batches).toEqual([[1]]);
    ends[0]!();
    await turn();
    expect(batches).toEqual([[1], [2, 3]]);
    ends[1]!();
    expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  });
});

describe('what does not run', () => {
  it('one more than the queue holds is refused at once, and room comes back', async () => {
    const { ends, run } = slowRun();
    const batcher = createBatcher(options({ batchSizeMax: 1, batchDelayMsMax: 0, queueLengthMax: 2, run }));
    const first = [batcher.submit(1), batcher.submit(2), batcher.submit(3)];
    expect(await codeOf(batcher.submit(4))).toBe('SERVING_OVERLOADED');
    ends[0]!();
    await first[0];
    await turn();
    const later = batcher.submit(5);
    for (const at of [1, 2, 3]) {
      ends[at]!();
      await turn();
    }
    expect(await Promise.all([...first, later])).toEqual([10, 20, 30, 50]);
  });

  it('F52: no run is given an input that waited past its age, or whose caller has gone', async () => {
    let clock = 0;
    const { batches, ends, run } = slowRun();
    const batcher = createBatcher(options({ batchDelayMsMax: 0, queueAgeMsMax: 50, now: () => clock, run }));
    const gone = new AbortController();
    const running = batcher.submit(1);
    const old = codeOf(batcher.submit(2));
    const left = codeOf(batcher.submit(3, gone.signal));
    clock = 60;
    const young = batcher.submit(4);
    gone.abort();
    ends[0]!();
    expect([await old, await left]).toEqual(['SERVING_DEADLINE_PASSED', 'SERVING_DEADLINE_PASSED']);
    await turn();
    ends[1]!();
    expect([await running, await young]).toEqual([10, 40]);
    expect(batches).toEqual([[1], [4]]);
  });

  it('one poisoned input fails alone, its batch-mates are answered', async () => {
    const batcher = createBatcher(options({ batchSizeMax: 3, run: async (inputs) => { if (inputs.includes(2)) throw new Error('poisoned'); return inputs; } }));
    expect(await Promise.all([1, 2, 3].map((each) => codeOf(batcher.submit(each))))).toEqual(['done', 'Error: poisoned', 'done']);
  });

  it('a batch that fails fails alone: the next one runs', async () => {
    let runs = 0;
    const batcher = createBatcher(options({ batchSizeMax: 2, batchDelayMsMax: 0, run: async (inputs) => { if ((runs += 1) === 1) throw new Error('broken'); return inputs; } }));
    const first = codeOf(batcher.submit(1));
    const second = batcher.submit(2);
    expect([await first, await second]).toEqual(['Error: broken', 2]);
  });
});

describe('in turn', () => {
  it('work of one name runs one after another, also after a failure; other names run beside it', async () => {
    const inTurn = createInTurn();
    const seen: string[] = [];
    const work = (name: string, fails = false) => async () => {
      seen.push(`${name} begins`);
      await turn();
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const all = await Promise.allSettled([inTurn('a', work('a1', true)), inTurn('a', work('a2')), inTurn('b', work('b1'))]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(seen.indexOf('a2 begins')).toBeGreaterThan(seen.indexOf('a1 ends'));
    expect(seen.indexOf('b1 begins')).toBeLessThan(seen.indexOf('a1 ends'));
  });
});
