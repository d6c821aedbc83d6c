import { notifications } from '@mantine/notifications';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../api-client/endpoints.ts';
import { messages } from '../messages/en.ts';
import { createSaveQueue } from '../saves/save-queue.ts';
import { createSaveSender } from '../saves/save-sender.ts';
import { createReviewSession } from './review-session.ts';

const renewEveryMs = 30_000;
const words = messages.review;

function create(project: string, personId: string) {
  const queue = createSaveQueue({
    send: createSaveSender(api),
    storage: window.localStorage,
    // Each person's own: whoever signs in next on this machine must not send them as theirs.
    storageKey: `perennial:saves:${personId}`,
    wait: (ms, then) => { window.setTimeout(then, ms); },
    onDone: (save, { fence }) => { if (fence !== undefined) session.refence(save.itemId, fence); },
    onRefused: (save, code, message) => {
      session.forget(save);
      notifications.show({ color: 'red', autoClose: 12_000, message: code === 'REVIEW_LEASE_EXPIRED' ? words.lost : words.notSaved(message) });
    },
  });
  const session = createReviewSession({
    api, queue, project, now: () => performance.now(), newKey: () => crypto.randomUUID(),
    onRenewLost: (count) => { notifications.show({ color: 'yellow', message: words.renewLost(count) }); },
  });
  return { queue, session };
}

/** The review session of a project and its saves, alive while the page is. */
export function useReview(project: string, personId: string) {
  const [{ queue, session }] = useState(() => create(project, personId));
  const view = useSyncExternalStore(session.subscribe, session.view);
  const save = useSyncExternalStore(queue.subscribe, queue.view);
  useEffect(() => {
    queue.resume();
    void session.refill();
    const timer = window.setInterval(() => { session.renew().catch(() => undefined); }, renewEveryMs);
    const online = (): void => queue.resume();
    const guard = (event: BeforeUnloadEvent): void => { if (queue.view().pending > 0) event.preventDefault(); };
    window.addEventListener('online', online);
    window.addEventListener('beforeunload', guard);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener('online', online);
      window.removeEventListener('beforeunload', guard);
    };
  }, [queue, session]);
  return { session, view, save };
}
