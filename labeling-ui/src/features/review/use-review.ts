import { useEffect, useState, useSyncExternalStore } from 'react';
import { api, newKey } from '../../services.ts';
import { createImageCache, type ImageCache, loadImage, loadOrder } from './image-cache.ts';
import { adoptOrphans, browserStore, holdQueue, queueName } from './queue-store.ts';
import { createReviewSession, type ReviewSession } from './review-session.ts';
import { createSaveQueue, type SaveQueue } from './save-queue.ts';
import { sendJob } from './send-job.ts';

export interface Review { readonly session: ReviewSession; readonly queue: SaveQueue; readonly images: ImageCache }

/** Everything a visit to the queue needs, made once and taken down when the page goes. Null for the moment before it is there. */
export function useReview(project: string, person: string | undefined): Review | null {
  const [review, setReview] = useState<Review | null>(null);
  useEffect(() => {
    if (person === undefined) return;
    let gone = false;
    let close = (): void => undefined;
    void openReview(project, person).then((opened) => {
      if (gone) return opened.close();
      close = opened.close;
      setReview(opened.review);
    });
    return () => { gone = true; close(); setReview(null); };
  }, [project, person]);
  return review;
}

async function openReview(project: string, person: string): Promise<{ review: Review; close: () => void }> {
  const saving = await saveQueueOf(project, person);
  const { queue } = saving;
  const images = createImageCache(loadImage);
  const session = createReviewSession({ claim: (body) => api.claim(project, body), queue, now: () => performance.timeOrigin + performance.now() });
  saving.session = session;
  const unsubscribe = session.subscribe(() => { const { items, position, direction } = session.snapshot(); images.want(loadOrder(items, position, direction)); });
  void session.fill();
  const stopRenewing = renewLeases(project, session);
  const poll = setInterval(() => { if (session.snapshot().phase !== 'working' && document.visibilityState === 'visible') void session.fill(); }, 10_000);
  return {
    review: { session, queue, images },
    close() {
      clearInterval(poll);
      stopRenewing();
      unsubscribe();
      if (saving.session === session) saving.session = null;
    },
  };
}

interface Saving { readonly queue: SaveQueue; session: ReviewSession | null }
const savings = new Map<string, Promise<Saving>>();

/** The queue of a person in a project lives as long as the tab: it goes on saving while other pages are looked at. */
function saveQueueOf(project: string, person: string): Promise<Saving> {
  const name = queueName(project, person);
  const known = savings.get(name);
  if (known !== undefined) return known;
  const made = (async (): Promise<Saving> => {
    await holdQueue(name);
    await adoptOrphans(project, person, name);
    const queue = createSaveQueue({
      send: (job, facts) => sendJob(api, project, job, facts), store: browserStore(name), wait: waitOrOnline, newKey,
      onWithdrawn: (item) => saving.session?.withdrawn(item), onRefused: (refusal) => saving.session?.refused(refusal),
    });
    const saving: Saving = { queue, session: null };
    addEventListener('beforeunload', (event) => { if (queue.state().waiting > 0) event.preventDefault(); });
    queue.start();
    return saving;
  })();
  savings.set(name, made);
  return made;
}

/** Renews the holds at half their time while the page is looked at. */
function renewLeases(project: string, session: ReviewSession): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let leaseMs = 4_000;
  const next = (): void => {
    const expiries = session.snapshot().items.filter((item) => !session.snapshot().decisions.has(item.id)).map((item) => Date.parse(item.leaseExpiresAt));
    leaseMs = Math.max(leaseMs, ...expiries.map((at) => at - Date.now()));
    const half = (Math.min(Date.now() + 120_000, ...expiries) - Date.now()) / 2;
    timer = setTimeout(() => { void renew().finally(next); }, Math.min(60_000, Math.max(2_000, half)));
  };
  const renew = async (): Promise<void> => {
    const items = session.held().slice(0, 100);
    if (items.length === 0 || document.visibilityState !== 'visible') return;
    try {
      const { renewed, lost } = await api.renew(project, items);
      session.renewed(renewed, new Date(Date.now() + leaseMs).toISOString());
      if (lost.length > 0) session.lost(lost);
    } catch { /* the next turn tries again; a hold that is gone is told when the answer is sent */ }
  };
  next();
  return () => { clearTimeout(timer); };
}

/** Waiting that ends early when the connection comes back. */
const waitOrOnline = (ms: number): Promise<void> => new Promise((resolve) => {
  const done = (): void => { clearTimeout(timer); removeEventListener('online', done); resolve(); };
  const timer = setTimeout(done, ms);
  addEventListener('online', done);
});

export const useSnapshot = (session: ReviewSession) => useSyncExternalStore(session.subscribe, session.snapshot);
export const useSaveState = (queue: SaveQueue) => useSyncExternalStore(queue.subscribe, queue.state);
