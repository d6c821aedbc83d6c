import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Verdict } from '../../actions/adjudicate-actions.ts';
import { api, newKey } from '../../services.ts';

export interface Settled { readonly itemId: string; readonly adjudicationId: string }

/** The queue of what is unresolved, dearest first; verdicts are sent one after another, the next item is shown at once. */
export function useAdjudication(project: string) {
  const client = useQueryClient();
  const pages = useInfiniteQuery({ queryKey: ['adjudication', project], queryFn: ({ pageParam }) => api.adjudication(project, pageParam), initialPageParam: null as string | null, getNextPageParam: (last) => last.next });
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [settled, setSettled] = useState<readonly Settled[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const sending = useRef<Promise<void>>(Promise.resolve());
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

  function inTurn(act: () => Promise<void>): void {
    sending.current = sending.current.then(act).catch((caught: unknown) => { setError(caught); });
  }
  return {
    pages, items, at, current, error,
    detail: detail.data?.id === current?.id ? detail.data : undefined,
    total: Math.max(0, (pages.data?.pages[0]?.total ?? 0) - done.size),
    canUndo: settled.length > 0,
    choose: setChosen,
    move(by: number): void { setChosen(items[Math.min(Math.max(0, at + by), items.length - 1)]?.id ?? null); },
    clearError(): void { setError(null); },
    decide(verdict: Verdict, comment: string): void {
      if (current === null) return;
      const { id } = current;
      const key = newKey();
      setChosen(items[at + 1]?.id ?? items[at - 1]?.id ?? null);
      setDone((before) => new Set(before).add(id));
      inTurn(async () => {
        try {
          const { adjudicationId } = await api.verdict(project, id, { key, ...verdict, ...(comment.trim() !== '' && { comment: comment.trim() }) });
          setSettled((before) => [...before, { itemId: id, adjudicationId }]);
        } catch (caught) {
          // It was not settled: it stands in the queue again.
          setDone((before) => new Set([...before].filter((each) => each !== id)));
          throw caught;
        }
      });
    },
    undo(): void {
      const last = settled.at(-1);
      if (last === undefined) return;
      setSettled((before) => before.slice(0, -1));
      const key = newKey();
      inTurn(async () => {
        await api.withdrawVerdict(project, last.adjudicationId, key);
        setDone((before) => new Set([...before].filter((each) => each !== last.itemId)));
        setChosen(last.itemId);
        await client.invalidateQueries({ queryKey: ['adjudication-item', project, last.itemId] });
      });
    },
  };
}
