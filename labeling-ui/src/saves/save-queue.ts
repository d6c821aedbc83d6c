import type { AnnotateBody } from '../api-client/endpoints.ts';

/** A decision on its way to the server. The key is made once, so sending twice has one effect. */
export type Save =
  | { readonly type: 'annotate'; readonly key: string; readonly project: string; readonly itemId: string; readonly fence: number; readonly kind: AnnotateBody['kind']; readonly classId?: number; readonly leadTimeMs?: number }
  | { readonly type: 'withdraw'; readonly key: string; readonly project: string; readonly itemId: string; readonly ofKey: string; readonly annotationId?: string };

export type SaveState = 'saved' | 'saving' | 'offline' | 'signed-out';
export interface SaveView { readonly state: SaveState; readonly pending: number }

/** What one sending came to: `later` is tried again, `refused` never. */
export type SendResult =
  | { readonly outcome: 'done'; readonly annotationId?: string; readonly fence?: number }
  | { readonly outcome: 'later' }
  | { readonly outcome: 'signed-out' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string };

export interface SaveQueueDependencies {
  readonly send: (save: Save) => Promise<SendResult>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly storageKey: string;
  /** Calls back after so many milliseconds. */
  readonly wait: (ms: number, then: () => void) => void;
  readonly onDone?: (save: Save, result: SendResult & { outcome: 'done' }) => void;
  readonly onRefused?: (save: Save, code: string, message: string) => void;
}

const longestWaitMs = 30_000;

/**
 * Saves decisions one at a time in the order made, across reloads and lost connections.
 * A decision leaves the stored list only after the server answered about it.
 */
export function createSaveQueue(deps: SaveQueueDependencies) {
  let saves: Save[] = restore(deps);
  let view: SaveView = { state: saves.length > 0 ? 'saving' : 'saved', pending: saves.length };
  let sending = false;
  let tries = 0;
  let ticket = 0;
  const annotations = new Map<string, string>(); // key of an annotate → annotation id
  const fences = new Map<string, number>(); // item → fence newer than the one the decision was made with
  const listeners = new Set<() => void>();

  function tell(state: SaveState): void {
    view = { state, pending: saves.length };
    for (const each of listeners) each();
  }
  function keep(): void {
    try {
      deps.storage.setItem(deps.storageKey, JSON.stringify(saves));
    } catch { /* A full or forbidden storage must not stop the saving itself. */ }
  }
  function ready(save: Save): Save {
    if (save.type === 'annotate') return { ...save, fence: Math.max(save.fence, fences.get(save.itemId) ?? 0) };
    return { ...save, annotationId: save.annotationId ?? annotations.get(save.ofKey) };
  }
  function settle(save: Save, result: SendResult & { outcome: 'done' | 'refused' }): void {
    saves = saves.filter((each) => each.key !== save.key);
    if (result.outcome === 'refused') return deps.onRefused?.(save, result.code, result.message);
    if (save.type === 'annotate' && result.annotationId !== undefined) remember(save.key, result.annotationId);
    if (result.fence !== undefined) fences.set(save.itemId, result.fence);
    deps.onDone?.(save, result);
  }
  /** A taking back that waits gets its annotation's id now, so that it can be sent after a reload. */
  function remember(key: string, annotationId: string): void {
    annotations.set(key, annotationId);
    saves = saves.map((each) => (each.type === 'withdraw' && each.ofKey === key ? { ...each, annotationId } : each));
  }
  function pause(state: SaveState): void {
    tries += 1;
    const mine = ++ticket;
    tell(state);
    deps.wait(Math.min(longestWaitMs, 500 * 2 ** tries), () => { if (mine === ticket) void pump(); });
  }
  async function pump(): Promise<void> {
    if (sending) return;
    sending = true;
    try {
      for (let first = saves[0]; first !== undefined; first = saves[0]) {
        if (tries === 0) tell('saving');
        const result = await deps.send(ready(first)).catch((): SendResult => ({ outcome: 'later' }));
        if (result.outcome === 'later') return pause('offline');
        if (result.outcome === 'signed-out') return pause('signed-out');
        tries = 0;
        settle(first, result);
        keep();
      }
      tell('saved');
    } finally {
      sending = false;
    }
  }

  return {
    /** Adds a decision at the end and starts sending. */
    add(save: Save): void {
      saves = [...saves, save];
      keep();
      tell(view.state === 'saved' ? 'saving' : view.state);
      if (view.state === 'saving') void pump();
    },
    /** Takes back a decision that has not been sent yet; false once it may have reached the server. */
    cut(key: string): boolean {
      const place = saves.findIndex((each) => each.key === key);
      // The first may be on its way, or have arrived without our hearing of it.
      if (place < 1) return false;
      saves = saves.filter((each) => each.key !== key);
      keep();
      tell(view.state);
      return true;
    },
    /** Tries at once: the connection is back, or the page was just opened. */
    resume(): void {
      ticket += 1;
      void pump();
    },
    pendingItems: (): ReadonlySet<string> => new Set(saves.map((each) => each.itemId)),
    view: (): SaveView => view,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
  };
}
export type SaveQueue = ReturnType<typeof createSaveQueue>;

function restore({ storage, storageKey }: SaveQueueDependencies): Save[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]');
    return Array.isArray(stored) ? (stored as Save[]).filter((each) => typeof each.key === 'string' && typeof each.itemId === 'string') : [];
  } catch {
    return [];
  }
}
