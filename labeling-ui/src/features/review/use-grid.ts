import { useEffect, useState } from 'react';
import { api } from '../../services.ts';
import { createGridSession, type GridSession } from './grid-session.ts';
import type { SaveQueue } from './save-queue.ts';
import { renewLeases, saveQueueOf } from './use-review.ts';

/** A visit to the grid of one class; what is not decided goes back when it ends. */
export function useGrid(project: string, person: string, classId: number): { session: GridSession; queue: SaveQueue } | null {
  const [opened, setOpened] = useState<{ session: GridSession; queue: SaveQueue } | null>(null);
  useEffect(() => {
    let gone = false;
    let close = (): void => undefined;
    void saveQueueOf(project, person).then((saving) => {
      if (gone) return;
      const { queue } = saving;
      const session = createGridSession({ classId, queue, claim: (body) => api.claimGrid(project, body), release: (items) => api.release(project, items), now: () => performance.timeOrigin + performance.now() });
      saving.listener = session;
      void session.fill();
      const stopRenewing = renewLeases(project, { held: session.held, renewed: session.renewed, lost: session.lost, expiries: () => session.snapshot().items.map((item) => Date.parse(item.leaseExpiresAt)) });
      close = () => {
        stopRenewing();
        if (saving.listener === session) saving.listener = null;
        const held = session.held();
        if (held.length > 0) void api.release(project, held).catch(() => undefined);
      };
      setOpened({ session, queue });
    });
    return () => { gone = true; close(); setOpened(null); };
  }, [project, person, classId]);
  return opened;
}
