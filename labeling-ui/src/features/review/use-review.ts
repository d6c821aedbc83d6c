import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../../services.ts';
import { createImageCache, type ImageCache, loadImage, loadOrder } from './image-cache.ts';
import { openSaveQueue } from './open-queue.ts';
import { queueName } from './queue-store.ts';
import { burstParts, createFrameTable, type FrameTable } from './frames.ts';
import { createReviewSession, type ReviewSession, type ReviewSessionDependencies } from './review-session.ts';
import type { SaveQueue } from './save-queue.ts';
import { sendJob } from './send-job.ts';

export interface Review {
  readonly session: ReviewSession;
  readonly queue: SaveQueue;
  readonly images: ImageCache;
  /** Where bursts are shown whole. */
  readonly table: FrameTable | null;
}

/** Everything a visit to the queue needs, made once and taken down when the page goes. Null for the moment before it is there. */
export function useReview(project: string, person: string | undefined, view: 'single' | 'burst'): Review | null {
  const [review, setReview] = useState<Review | null>(null);
  useEffect(() => {
    if (person === undefined) return;
    let gone = false;
    let close = (): void => undefined;
    void openReview(project, person, view).then((opened) => {
      if (gone) return opened.close();
      close = opened.close;
      setReview(opened.review);
    });
    return () => { gone = true; close(); setReview(null); };
  }, [project, person, view]);
  return review;
}

async function openReview(project: string, person: string, view: 'single' | 'burst'): Promise<{ review: Review; close: () => void }> {
  const saving = await saveQueueOf(project, person);
  const { queue } = saving;
  const images = createImageCache(loadImage);
  const now = (): number => performance.timeOrigin + performance.now();
  const table = view === 'burst' ? createFrameTable() : null;
  const session = table === null ? createReviewSession({ claim: (body) => api.claim(project, body), queue, now }) : createReviewSession(burstsOf(project, queue, table, now));
  saving.listener = session;
  const unsubscribe = session.subscribe(() => { const { items, position, direction } = session.snapshot(); images.want(loadOrder(items, position, direction)); });
  void session.fill();
  const expiries = (): readonly number[] => session.snapshot().items.filter((item) => !session.snapshot().decisions.has(item.id)).map((item) => Date.parse(item.leaseExpiresAt));
  const stopRenewing = renewLeases(project, { held: session.held, renewed: session.renewed, lost: session.lost, expiries });
  const poll = setInterval(() => { if (session.snapshot().phase !== 'working' && document.visibilityState === 'visible') void session.fill(); }, 10_000);
  return {
    review: { session, queue, images, table },
    close() {
      clearInterval(poll);
      stopRenewing();
      unsubscribe();
      if (saving.listener === session) saving.listener = null;
      // What was not looked at goes back at once; otherwise it would wait for the hold to run out.
      const held = session.held();
      if (held.length > 0) void api.release(project, held).catch(() => undefined);
    },
  };
}

/** The same visit with bursts shown whole: an answer goes to the frames that were seen, with exceptions. */
function burstsOf(project: string, queue: SaveQueue, table: FrameTable, now: () => number): ReviewSessionDependencies {
  return {
    queue, now, claimCount: 6, aheadMin: 3,
    async claim(body) {
      const { bursts, classes, progress } = await api.claimBursts(project, body);
      for (const { item, frames } of bursts) table.put(item.id, frames);
      return { items: bursts.map(({ item }) => item), classes, progress };
    },
    save(item, decision, leadTimeMs) {
      if (table.of(item.id).length <= 1) queue.annotate(item.id, item.fence, decision, leadTimeMs);
      else queue.burst({ itemId: item.id, fence: item.fence, decision, leadTimeMs, ...burstParts(table, item) });
    },
  };
}

/** Whoever shows items at the moment, and wants to hear what the queue learned of them. */
export type QueueListener = Pick<ReviewSession, 'held' | 'withdrawn' | 'refused'>;
export interface Saving { readonly queue: SaveQueue; listener: QueueListener | null }
const savings = new Map<string, Promise<Saving>>();

/** The queue of a person in a project lives as long as the tab: it goes on saving while other pages are looked at. */
export function saveQueueOf(project: string, person: string): Promise<Saving> {
  const name = queueName(project, person);
  const known = savings.get(name);
  if (known !== undefined) return known;
  const made = (async (): Promise<Saving> => {
    const queue = await openSaveQueue(project, person, {
      send: (job, facts) => sendJob(api, project, job, facts),
      reclaim: (itemIds) => reclaim(project, itemIds, (itemId) => queue.pendingItems().has(itemId), saving.listener?.held().map((each) => each.id) ?? []),
      onWithdrawn: (item) => saving.listener?.withdrawn(item), onRefused: (refusal) => saving.listener?.refused(refusal),
    });
    const saving: Saving = { queue, listener: null };
    queue.start();
    return saving;
  })();
  savings.set(name, made);
  return made;
}

/** Takes the items whose hold ran out again, while they are free; what comes along unasked is given back. */
async function reclaim(project: string, itemIds: readonly string[], ours: (itemId: string) => boolean, holding: readonly string[]): Promise<ReadonlyMap<string, number> | null> {
  try {
    const { items } = await api.claim(project, { count: itemIds.length, holding: holding.slice(0, 100) });
    const unasked = items.filter((item) => !ours(item.id)).map(({ id, fence }) => ({ id, fence }));
    if (unasked.length > 0) await api.release(project, unasked).catch(() => undefined);
    return new Map(items.map((item) => [item.id, item.fence]));
  } catch {
    return null;
  }
}

/** What is held, for whoever keeps holding it. */
export interface Holding extends Pick<ReviewSession, 'held' | 'renewed' | 'lost'> {
  /** When the holds end, ms. */
  readonly expiries: () => readonly number[];
}

/** Renews the holds at half their time while the page is looked at. */
export function renewLeases(project: string, holding: Holding): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let leaseMs = 4_000;
  const next = (): void => {
    const expiries = holding.expiries();
    leaseMs = Math.max(leaseMs, ...expiries.map((at) => at - Date.now()));
    const half = (Math.min(Date.now() + 120_000, ...expiries) - Date.now()) / 2;
    timer = setTimeout(() => { void renew().finally(next); }, Math.min(60_000, Math.max(2_000, half)));
  };
  const renew = async (): Promise<void> => {
    const items = holding.held().slice(0, 100);
    if (items.length === 0 || document.visibilityState !== 'visible') return;
    try {
      const { renewed, lost } = await api.renew(project, items);
      holding.renewed(renewed, new Date(Date.now() + leaseMs).toISOString());
      if (lost.length > 0) holding.lost(lost);
    } catch { /* the next turn tries again; a hold that is gone is told when the answer is sent */ }
  };
  next();
  return () => { clearTimeout(timer); };
}

export const useSnapshot = (session: ReviewSession) => useSyncExternalStore(session.subscribe, session.snapshot);
export const useSaveState = (queue: SaveQueue) => useSyncExternalStore(queue.subscribe, queue.state);
