import { describe, expect, it } from 'vitest';
import { createSaveQueue, itemsOf, type Job, type Kept, nothingKept, type SendOutcome } from './save-queue.ts';

const tick = () => new Promise<void>((resolve) => { setImmediate(resolve); });

function harness(answer: (job: Job, tries: number) => SendOutcome = () => ({ outcome: 'saved', annotationId: 'a' }), start: Kept = nothingKept) {
  const sent: Job[] = [];
  const waits: number[] = [];
  let stored: Kept = start;
  const room = { bytes: Infinity };
  let tries = 0;
  let keys = 0;
  let running = 0;
  let together = 0;
  const queue = createSaveQueue({
    send: async (job) => {
      running += 1;
      together = Math.max(together, running);
      sent.push(job);
      await tick();
      running -= 1;
      tries += 1;
      return answer(job, tries);
    },
    store: { load: () => stored, save: (kept) => { if (JSON.stringify(kept).length > room.bytes) return false; stored = JSON.parse(JSON.stringify(kept)) as Kept; return true; } },
    wait: async (ms) => { waits.push(ms); },
    newKey: () => `key-${(keys += 1)}`,
  });
  const idle = async () => { for (let i = 0; i < 200 && queue.state().status !== 'saved'; i += 1) await tick(); };
  return { queue, sent, waits, idle, room, stored: () => stored, together: () => together };
}

describe('save queue', () => {
  it('sends one at a time, in the order decided', async () => {
    const { queue, sent, idle, together } = harness();
    for (let i = 0; i < 20; i += 1) queue.annotate(`item-${i}`, 1, { kind: 'class', classId: i }, 10);
    await idle();
    expect(sent.flatMap(itemsOf)).toEqual(Array.from({ length: 20 }, (_, i) => `item-${i}`));
    expect(together()).toBe(1);
    expect(queue.state()).toEqual({ status: 'saved', waiting: 0, refusals: [], stored: true });
  });

  it('tries again with the same key and a growing wait, and lets nothing overtake', async () => {
    const { queue, sent, waits, idle } = harness((_, tries) => (tries <= 3 ? { outcome: 'later', why: 'offline' } : { outcome: 'saved', annotationId: 'a' }));
    queue.annotate('first', 1, { kind: 'unsure' }, 10);
    queue.annotate('second', 1, { kind: 'skip' }, 10);
    await idle();
    expect(sent.map((job) => job.key)).toEqual(['key-1', 'key-1', 'key-1', 'key-1', 'key-2']);
    expect(waits).toEqual([400, 800, 1600]);
  });

  it('says offline while it cannot save', async () => {
    const { queue } = harness(() => ({ outcome: 'later', why: 'offline' }));
    queue.annotate('item', 1, { kind: 'unsure' }, 10);
    expect(queue.state().status).toBe('saving');
    await tick(); await tick();
    expect(queue.state()).toMatchObject({ status: 'offline', waiting: 1 });
    queue.stop();
  });

  it('goes on after a reload with the keys it had', async () => {
    const jobs: Job[] = [{ kind: 'annotate', key: 'old-key', itemId: 'item', fence: 3, decision: { kind: 'class', classId: 2 }, leadTimeMs: 5 }];
    const { queue, sent, idle } = harness(undefined, { ...nothingKept, jobs });
    expect(queue.state().waiting).toBe(1);
    expect([...queue.pendingItems()]).toEqual(['item']);
    queue.start();
    await idle();
    expect(sent).toEqual(jobs);
  });

  it('keeps what was answered when a write is refused, and goes on', async () => {
    const { queue, sent, idle, stored } = harness((job) => (itemsOf(job)[0] === 'late' ? { outcome: 'refused', code: 'REVIEW_LEASE_EXPIRED', detail: 'too late' } : { outcome: 'saved', annotationId: 'a' }));
    queue.annotate('late', 1, { kind: 'class', classId: 4, comment: 'two of them' }, 10);
    queue.annotate('next', 1, { kind: 'class', classId: 1 }, 10);
    await idle();
    expect(sent).toHaveLength(2);
    expect(stored().refusals[0]).toMatchObject({ code: 'REVIEW_LEASE_EXPIRED', job: { decision: { classId: 4, comment: 'two of them' } } });
    queue.forgetRefusal('key-1');
    expect(stored().refusals).toEqual([]);
  });

  it('an undo of what has not been sent leaves no trace; of what was sent, it withdraws', async () => {
    const { queue, sent, idle } = harness((job) => (job.kind === 'annotate' ? { outcome: 'saved', annotationId: `a-${itemsOf(job)[0]}` } : { outcome: 'withdrawn', item: { id: itemsOf(job)[0], fence: 9 } as never }));
    queue.annotate('one', 1, { kind: 'unsure' }, 10);
    queue.annotate('two', 1, { kind: 'unsure' }, 10);
    expect(queue.withdraw('two')).toBe('dropped');
    expect(queue.withdraw('one')).toBe('queued');
    await idle();
    expect(sent.map((job) => `${job.kind} ${itemsOf(job).join()}`)).toEqual(['annotate one', 'withdraw one']);
  });

  it('sends a second answer after an undo with the fence the withdrawal gave', async () => {
    const fences: (number | undefined)[] = [];
    let stored: Kept = nothingKept;
    const queue = createSaveQueue({
      send: async (job, facts) => {
        fences.push(facts.fence);
        return job.kind === 'annotate' ? { outcome: 'saved', annotationId: 'a' } : { outcome: 'withdrawn', item: { id: 'one', fence: 9 } as never };
      },
      store: { load: () => stored, save: (kept) => { stored = kept; return true; } }, wait: async () => undefined, newKey: () => String(Math.random()),
    });
    queue.annotate('one', 1, { kind: 'unsure' }, 1);
    queue.withdraw('one');
    queue.annotate('one', 1, { kind: 'class', classId: 0 }, 1);
    for (let i = 0; i < 10; i += 1) await tick();
    expect(fences).toEqual([undefined, undefined, 9]);
  });

  it('an answer that was late because of the connection is sent again under a new hold, where the image is free still', async () => {
    const fences: number[] = [];
    let asked: readonly string[] = [];
    let stored: Kept = nothingKept;
    const queue = createSaveQueue({
      send: async (job, facts) => {
        if (job.kind !== 'annotate') throw new Error('no withdrawal here');
        const fence = Math.max(job.fence, facts.fence ?? 0);
        fences.push(fence);
        return fence === 1 ? { outcome: 'refused', code: 'REVIEW_LEASE_EXPIRED', detail: '' } : { outcome: 'saved', annotationId: 'a' };
      },
      reclaim: async (ids) => { asked = ids; return new Map([['one', 2], ['two', 2]]); },
      store: { load: () => stored, save: (kept) => { stored = kept; return true; } }, wait: async () => undefined, newKey: () => String(fences.length),
    });
    for (const id of ['one', 'two', 'taken']) queue.annotate(id, 1, { kind: 'unsure' }, 1);
    for (let i = 0; i < 20; i += 1) await tick();
    expect(asked).toEqual(['taken']);
    expect(fences).toEqual([1, 2, 2, 1]);
    expect(queue.state().refusals.flatMap(({ job }) => itemsOf(job))).toEqual(['taken']);
  });

  it('a page is one write; what was too late goes on as answers of their own, what was settled is told', async () => {
    const { queue, sent, idle } = harness((job) => (job.kind === 'grid'
      ? { outcome: 'saved-many', saved: [{ itemId: 'a', annotationId: 'x' }], refused: [{ itemId: 'b', code: 'REVIEW_LEASE_EXPIRED' }, { itemId: 'c', code: 'REVIEW_ITEM_SETTLED' }] }
      : { outcome: 'saved', annotationId: 'y' }));
    queue.grid({ classId: 3, leadTimeMs: 30, seen: ['1', '2', '3'], accept: [{ item: 'a', fence: 1 }, { item: 'b', fence: 1 }], exceptions: [{ item: 'c', fence: 1, kind: 'class', classId: 0 }] });
    queue.annotate('later', 1, { kind: 'skip' }, 1);
    await idle();
    expect(sent.map((job) => [job.kind, ...itemsOf(job)])).toEqual([['grid', 'a', 'b', 'c'], ['annotate', 'b'], ['annotate', 'later']]);
    expect(sent[1]).toMatchObject({ decision: { kind: 'class', classId: 3 }, key: 'key-1/b' });
    expect(queue.state().refusals).toMatchObject([{ code: 'REVIEW_ITEM_SETTLED', job: { itemId: 'c', decision: { classId: 0 } } }]);
  });
  it('a page that was not sent is taken back whole', async () => {
    const { queue, sent, idle } = harness();
    queue.annotate('first', 1, { kind: 'skip' }, 1);
    queue.grid({ classId: 3, leadTimeMs: 30, seen: ['1', '2'], accept: [{ item: 'a', fence: 1 }, { item: 'b', fence: 1 }], exceptions: [] });
    expect(queue.withdrawAll(['a', 'b'])).toBe('dropped');
    await idle();
    expect(sent.flatMap(itemsOf)).toEqual(['first']);
  });
  it('with no room in the browser it goes on from memory, says so, and keeps what waits before what could be undone', async () => {
    const { queue, idle, room, stored, sent } = harness((_job, tries) => (tries <= 2 ? { outcome: 'saved', annotationId: 'a' } : tries < 6 ? { outcome: 'later', why: 'offline' } : { outcome: 'saved', annotationId: 'b' }));
    queue.annotate('one', 1, { kind: 'class', classId: 0 }, 1);
    queue.annotate('two', 1, { kind: 'class', classId: 0 }, 1);
    await idle();
    expect(queue.state()).toMatchObject({ status: 'saved', stored: true });
    room.bytes = 250;
    queue.annotate('three', 1, { kind: 'class', classId: 1 }, 1);
    expect(queue.state().stored).toBe(true);
    expect(stored()).toMatchObject({ jobs: [{ itemId: 'three' }], facts: {} });
    room.bytes = 10;
    queue.annotate('four', 1, { kind: 'class', classId: 1 }, 1);
    expect(queue.state()).toMatchObject({ stored: false, waiting: 2 });
    await idle();
    expect(queue.state()).toMatchObject({ status: 'saved', stored: true, waiting: 0 });
    expect(new Set(sent.map((job) => itemsOf(job)[0]))).toEqual(new Set(['one', 'two', 'three', 'four']));
  });
});
