import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Verdict } from '../../actions/adjudicate-actions.ts';
import { api } from '../../services.ts';
import { decisionOf, type Verdicts } from './verdict-queue.ts';

/** The queue of what is unresolved, dearest first; verdicts are kept in the browser and sent one after another, the next item is shown at once. */
export function useAdjudication(project: string, verdicts: Verdicts) {
  const client = useQueryClient();
  const pages = useInfiniteQuery({ queryKey: ['adjudication', project], queryFn: ({ pageParam }) => api.adjudication(project, pageParam), initialPageParam: null as string | null, getNextPageParam: (last) => last.next });
  // What an earlier visit decided and has not sent is decided, too.
  const [done, setDone] = useState<ReadonlySet<string>>(() => verdicts.queue.pendingItems());
  const [decided, setDecided] = useState<readonly string[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  const items = useMemo(() => (pages.data?.pages ?? []).flatMap((page) => page.items).filter((item) => !done.has(item.id)), [pages.data, done]);
  const at = Math.max(0, items.findIndex((item) => item.id === chosen));
  const current = items[at] ?? null;
  const detailOf = (id: string) => ({ queryKey: ['adjudication-item', project, id], queryFn: () => api.adjudicationItem(project, id), staleTime: 30_000 });
  const detail = useQuery({ ...detailOf(current?.id ?? ''), enabled: current !== null });
  const next = items[at + 1];
  useEffect(() => {
    if (next === undefined) return;
    void client.prefetchQuery(detailOf(next.id));
    new Image().src = next.images.fitted;
    // eslint-disable-next-line -- the next item alone says what to load
  }, [next?.id]);
  useEffect(() => { if (items.length < 10 && pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage(); }, [items.length, pages]);

  const { queue } = verdicts;
  useEffect(() => {
    verdicts.listener = {
      takenBack: (itemId) => { reopen(itemId); void client.invalidateQueries({ queryKey: ['adjudication-item', project, itemId] }); },
      // Somebody else settled it: it is told, and does not come back. What failed otherwise stands in the queue again.
      refused: ({ job, code }) => { if (job.kind === 'annotate' && code !== 'REVIEW_ITEM_SETTLED') reopen(job.itemId); },
    };
    return () => { verdicts.listener = null; };
  }, [verdicts]);

  function reopen(itemId: string): void {
    setDone((before) => new Set([...before].filter((each) => each !== itemId)));
    setChosen(itemId);
  }
  return {
    pages, items, at, current,
    detail: detail.data?.id === current?.id ? detail.data : undefined,
    total: Math.max(0, (pages.data?.pages[0]?.total ?? 0) - done.size),
    canUndo: decided.length > 0 || queue.lastSaved() !== undefined,
    choose: setChosen,
    move(by: number): void { setChosen(items[Math.min(Math.max(0, at + by), items.length - 1)]?.id ?? null); },
    decide(verdict: Verdict, comment: string): void {
      if (current === null) return;
      const { id } = current;
      setChosen(items[at + 1]?.id ?? items[at - 1]?.id ?? null);
      setDone((before) => new Set(before).add(id));
      setDecided((before) => [...before, id]);
      queue.annotate(id, 0, decisionOf(verdict, comment), 0);
    },
    undo(): void {
      const last = decided.at(-1) ?? queue.lastSaved();
      if (last === undefined) return;
      setDecided((before) => before.slice(0, -1));
      // What had not been sent is there again at once; what had is when its withdrawal has arrived.
      if (queue.withdraw(last) === 'dropped') reopen(last);
    },
  };
}
