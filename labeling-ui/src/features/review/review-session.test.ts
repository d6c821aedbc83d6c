import { describe, expect, it } from 'vitest';
import type { ClaimReply, ReviewItemReply } from '../../../../contracts/reviews.ts';
import { createReviewSession } from './review-session.ts';
import type { SaveQueue } from './save-queue.ts';

const item = (id: string, fence = 1): ReviewItemReply => ({ id, roundId: null, imageId: id, fence, leaseExpiresAt: new Date(1e12).toISOString(), blind: false, images: { thumbnail: `${id}/t`, fitted: `${id}/f` }, width: 4, height: 3, camera: null, capturedAt: null, burstSize: 1, prediction: null });
const tick = () => new Promise<void>((resolve) => { setImmediate(resolve); });

/** A server that gives out what is left, in order, and says what it was asked. */
function harness(left: string[], pending: readonly string[] = [], most = Infinity) {
  const asked: { count: number; holding: readonly string[] }[] = [];
  const queue = { pendingItems: () => new Set(pending), annotate: () => undefined, lastSaved: () => undefined } as unknown as SaveQueue;
  const session = createReviewSession({
    queue, now: () => 0, claimCount: 10, aheadMin: 6,
    claim: async (body): Promise<ClaimReply> => {
      asked.push(body);
      const items = left.filter((id) => !body.holding.includes(id)).slice(0, Math.min(body.count, asked.length === 1 ? most : Infinity)).map((id) => item(id));
      return { items, classes: [], progress: { round: null, waiting: 0, open: 0, settled: 0, mine: 0 } };
    },
  });
  return { session, asked };
}

describe('a visit to the queue', () => {
  it('shows what a small first claim gave, and fetches the rest behind it', async () => {
    const { session, asked } = harness(Array.from({ length: 20 }, (_, at) => `i${at}`), [], 2);
    const seen: number[] = [];
    session.subscribe(() => seen.push(session.snapshot().items.length));
    await session.fill();
    expect(seen[0]).toBe(2);
    expect(session.snapshot().items.map((each) => each.id)).toEqual(Array.from({ length: 12 }, (_, at) => `i${at}`));
    expect(asked).toEqual([{ count: 10, holding: [] }, { count: 10, holding: ['i0', 'i1'] }]);
  });
  it('asks no more where nothing more comes', async () => {
    const { session, asked } = harness(['a', 'b']);
    await session.fill();
    await tick();
    expect(session.snapshot()).toMatchObject({ phase: 'working', position: 0 });
    expect(asked).toHaveLength(2);
  });
  it('after a reload does not take answered images that are on their way for all there is', async () => {
    const pending = Array.from({ length: 12 }, (_, at) => `sent${at}`);
    const { session } = harness([...pending, 'next'], pending);
    await session.fill();
    expect(session.snapshot().phase).toBe('working');
    expect(session.snapshot().items.map((each) => each.id)).toEqual(['next']);
  });
});
