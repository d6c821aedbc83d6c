import { expect, it, vi } from 'vitest';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { createGridSession } from './grid-session.ts';

const item = (id: string): ReviewItemReply => ({ id, imageId: `image-${id}`, fence: 1 }) as unknown as ReviewItemReply;

async function opened(ids: readonly string[]) {
  const queue = { grid: vi.fn(), withdrawAll: vi.fn(() => 'queued' as const), pendingItems: () => new Set<string>() };
  const release = vi.fn(async () => undefined);
  const pages = [ids, []];
  const session = createGridSession({ classId: 3, queue, release, now: () => 1000, claim: async () => ({ classId: 3, name: 'deer', items: (pages.shift() ?? []).map(item), classes: [], progress: { round: null, waiting: 0, open: 0, settled: 0, mine: 0 } }) });
  await session.fill();
  return { session, queue, release };
}

it('accepts what was seen and is no exception; gives back what was not seen or is to be looked at closer', async () => {
  const { session, queue, release } = await opened(['a', 'b', 'c', 'd']);
  for (const id of ['a', 'b', 'c']) session.see(`image-${id}`);
  session.except('b', { kind: 'class', classId: 1 });
  session.toggle('c');
  session.commit();
  expect(queue.grid).toHaveBeenCalledWith({ classId: 3, leadTimeMs: 0, seen: ['image-a', 'image-b', 'image-c'], accept: [{ item: 'a', fence: 1 }], exceptions: [{ item: 'b', fence: 1, kind: 'class', classId: 1 }] });
  expect(release).toHaveBeenCalledWith([{ id: 'c', fence: 1 }, { id: 'd', fence: 1 }]);
});
it('nothing is accepted before anything was seen', async () => {
  const { session, queue } = await opened(['a', 'b']);
  session.commit();
  expect(queue.grid).not.toHaveBeenCalled();
});
it('undo takes the last page back whole, and what comes back stands first', async () => {
  const { session, queue } = await opened(['a', 'b']);
  for (const id of ['a', 'b']) session.see(`image-${id}`);
  session.commit();
  expect(session.snapshot().canUndo).toBe(true);
  session.undo();
  expect(queue.withdrawAll).toHaveBeenCalledWith(['a', 'b']);
  session.withdrawn({ ...item('b'), fence: 2 });
  expect(session.snapshot()).toMatchObject({ phase: 'working', items: [{ id: 'b', fence: 2 }], canUndo: false });
});
it('naming the page’s own class takes the mark away', async () => {
  const { session } = await opened(['a']);
  session.toggle('a');
  session.except('a', { kind: 'class', classId: 3 });
  expect(session.snapshot().exceptions.size).toBe(0);
});
