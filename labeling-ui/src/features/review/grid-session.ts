import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import type { gridClaimReplySchema } from '../../../../contracts/review-grid.ts';
import type { z } from 'zod';
import { type Decision, itemsOf, type Refusal, type SaveQueue } from './save-queue.ts';

type Claimed = z.output<typeof gridClaimReplySchema>;

export interface GridSnapshot {
  readonly phase: 'loading' | 'working' | 'empty' | 'failed';
  readonly items: readonly ReviewItemReply[];
  /** Images that were loaded and on screen. */
  readonly seen: ReadonlySet<string>;
  /** Items that are not of the class: with what they are, or null where somebody is to look closer. */
  readonly exceptions: ReadonlyMap<string, Pick<Decision, 'kind' | 'classId'> | null>;
  readonly at: number;
  readonly classes: Claimed['classes'];
  readonly progress: Claimed['progress'] | null;
  readonly decidedSinceClaim: number;
  readonly times: readonly number[];
  readonly canUndo: boolean;
  readonly error: unknown;
}

export interface GridDependencies {
  readonly claim: (body: { classId: number; count: number; holding: readonly string[] }) => Promise<Claimed>;
  readonly release: (items: readonly { id: string; fence: number }[]) => Promise<unknown>;
  readonly queue: Pick<SaveQueue, 'grid' | 'withdrawAll' | 'pendingItems'>;
  readonly now: () => number;
  readonly classId: number;
  readonly count?: number;
}

const nothing: GridSnapshot = { phase: 'loading', items: [], seen: new Set(), exceptions: new Map(), at: 0, classes: [], progress: null, decidedSinceClaim: 0, times: [], canUndo: false, error: null };

/** Pages of one predicted class: the exceptions are marked, the rest is accepted at once. What was not seen cannot be. */
export function createGridSession(deps: GridDependencies) {
  const { count = 24, classId } = deps;
  let snapshot = nothing;
  let shownAt = deps.now();
  let claiming = false;
  const undoable: (readonly string[])[] = [];
  const listeners = new Set<() => void>();
  const set = (next: Partial<GridSnapshot>): void => {
    snapshot = { ...snapshot, ...next, canUndo: undoable.length > 0 };
    for (const listener of listeners) listener();
  };

  async function fill(): Promise<void> {
    if (claiming || snapshot.items.length > 0) return;
    claiming = true;
    try {
      const reply = await deps.claim({ classId, count, holding: [] });
      const pending = deps.queue.pendingItems();
      const items = reply.items.filter((item) => !pending.has(item.id));
      shownAt = deps.now();
      set({ items, at: 0, classes: reply.classes, progress: reply.progress, decidedSinceClaim: 0, phase: items.length === 0 ? 'empty' : 'working', error: null });
    } catch (error) {
      set({ phase: 'failed', error });
    } finally {
      claiming = false;
    }
  }

  return {
    snapshot: (): GridSnapshot => snapshot,
    subscribe(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
    fill,
    see(imageId: string): void { if (!snapshot.seen.has(imageId)) set({ seen: new Set(snapshot.seen).add(imageId) }); },
    go(at: number): void { set({ at: Math.min(Math.max(0, at), Math.max(0, snapshot.items.length - 1)) }); },
    /** Marks an item as no such thing, or takes the mark away. */
    toggle(itemId: string): void {
      const exceptions = new Map(snapshot.exceptions);
      if (!exceptions.delete(itemId)) exceptions.set(itemId, null);
      set({ exceptions });
    },
    except(itemId: string, decision: Pick<Decision, 'kind' | 'classId'>): void {
      const exceptions = new Map(snapshot.exceptions);
      if (decision.kind === 'class' && decision.classId === classId) exceptions.delete(itemId);
      else exceptions.set(itemId, decision);
      set({ exceptions });
    },
    /** Accepts what was seen and is no exception; what was not seen, and what is to be looked at closer, goes back. */
    commit(): void {
      const { items, seen, exceptions } = snapshot;
      const named = items.flatMap(({ id, fence }) => { const other = exceptions.get(id); return other === undefined || other === null ? [] : [{ item: id, fence, ...other }]; });
      const accept = items.filter((item) => seen.has(item.imageId) && !exceptions.has(item.id)).map(({ id, fence }) => ({ item: id, fence }));
      const decided = new Set([...named, ...accept].map((each) => each.item));
      if (decided.size === 0) return;
      const now = deps.now();
      deps.queue.grid({ classId, leadTimeMs: Math.min(Math.max(0, Math.round(now - shownAt)), 86_400_000), seen: items.filter((item) => seen.has(item.imageId)).map((item) => item.imageId), accept, exceptions: named });
      undoable.push([...decided]);
      const back = items.filter((item) => !decided.has(item.id)).map(({ id, fence }) => ({ id, fence }));
      if (back.length > 0) void deps.release(back).catch(() => undefined);
      const pace = Array.from({ length: decided.size }, (_, index) => shownAt + ((now - shownAt) * (index + 1)) / decided.size);
      set({ items: [], exceptions: new Map(), seen: new Set(), at: 0, phase: 'loading', times: [...snapshot.times, ...pace].slice(-1000), decidedSinceClaim: snapshot.decidedSinceClaim + decided.size });
      void fill();
    },
    undo(): void {
      const last = undoable.pop();
      if (last === undefined) return;
      deps.queue.withdrawAll(last);
      set({ times: snapshot.times.slice(0, -last.length), decidedSinceClaim: snapshot.decidedSinceClaim - last.length });
    },
    held: () => snapshot.items.map(({ id, fence }) => ({ id, fence })),
    /** An undone item is ours again: it stands first on the page. */
    withdrawn(item: ReviewItemReply): void {
      set({ items: [item, ...snapshot.items.filter((each) => each.id !== item.id)], phase: 'working' });
    },
    refused({ job }: Refusal): void { drop(itemsOf(job)); },
    lost: (ids: readonly string[]): void => drop(ids),
    renewed: (_ids: readonly string[], _until: string): void => undefined,
  };

  function drop(ids: readonly string[]): void {
    const items = snapshot.items.filter((item) => !ids.includes(item.id));
    if (items.length === snapshot.items.length) return;
    set({ items });
    if (items.length === 0) void fill();
  }
}
export type GridSession = ReturnType<typeof createGridSession>;
