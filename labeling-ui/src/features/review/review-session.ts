import type { ClaimReply, ReviewItemReply } from '../../../../contracts/reviews.ts';
import { type Decision, itemsOf, type Refusal, type SaveQueue } from './save-queue.ts';

export interface ReviewSnapshot {
  readonly phase: 'loading' | 'working' | 'empty' | 'failed';
  /** In queue order; decided ones stay, so that one can go back. */
  readonly items: readonly ReviewItemReply[];
  /** May be one past the end while more are fetched. */
  readonly position: number;
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly classes: ClaimReply['classes'];
  readonly progress: ClaimReply['progress'] | null;
  readonly decidedSinceClaim: number;
  readonly lastDecision: Decision | null;
  readonly comment: string;
  /** Which way the person last went: images that way are loaded first. */
  readonly direction: 1 | -1;
  /** When decisions of this visit were made, oldest first, ms. */
  readonly times: readonly number[];
  readonly notice: Notice | null;
  readonly error: unknown;
}
export type Notice = { readonly kind: 'lost' } | { readonly kind: 'undone'; readonly decision: Decision | null };

export interface ReviewSessionDependencies {
  readonly claim: (body: { count: number; holding: readonly string[] }) => Promise<ClaimReply>;
  readonly queue: SaveQueue;
  /** Writes a decision; where it is not given, as one answer to the item. */
  readonly save?: (item: ReviewItemReply, decision: Decision, leadTimeMs: number) => void;
  /** So many are asked for at a time, and asked for again when fewer than `aheadMin` are left. */
  readonly claimCount?: number;
  readonly aheadMin?: number;
  readonly now: () => number;
}

/** A claim takes no longer list. */
const holdingMax = 100;

const start: ReviewSnapshot = {
  phase: 'loading', items: [], position: 0, decisions: new Map(), classes: [], progress: null, decidedSinceClaim: 0, lastDecision: null, comment: '', direction: 1, times: [], notice: null, error: null,
};

/** A person's visit to the queue: which images are held, where they are in it, what was decided. Saving is the queue's. */
export function createReviewSession(deps: ReviewSessionDependencies) {
  const { claimCount = 30, aheadMin = 18 } = deps;
  const save = deps.save ?? ((item, decision, leadTimeMs) => deps.queue.annotate(item.id, item.fence, decision, leadTimeMs));
  let snapshot = start;
  let shownAt = deps.now();
  let claiming = false;
  const undoable: string[] = [];
  const listeners = new Set<() => void>();

  function set(next: Partial<ReviewSnapshot>): void {
    if (next.position !== undefined && next.position !== snapshot.position) shownAt = deps.now();
    snapshot = { ...snapshot, ...next };
    for (const listener of listeners) listener();
  }

  const undecided = (): readonly ReviewItemReply[] => snapshot.items.filter((item) => !snapshot.decisions.has(item.id));

  /** What need not be sent again: what is on screen, and what was answered and is on its way. */
  const holding = (): string[] => [...new Set([...undecided().map((item) => item.id), ...deps.queue.pendingItems()])].slice(0, holdingMax);

  async function fill(): Promise<void> {
    if (claiming || undecided().length >= aheadMin) return;
    claiming = true;
    const before = undecided().length;
    try {
      const reply = await deps.claim({ count: claimCount, holding: holding() });
      take(reply);
    } catch (error) {
      set(undecided().length === 0 ? { phase: 'failed', error } : { error });
    } finally {
      claiming = false;
    }
    // The first claim may be a small one, so that there is something to show soon.
    if (undecided().length > before) await fill();
  }

  function take(reply: ClaimReply): void {
    const pending = deps.queue.pendingItems();
    const known = new Map(snapshot.items.map((item) => [item.id, item]));
    // What comes again with a newer fence is a fresh hold, unless our own answer to it is still on its way.
    const fresh = reply.items.filter((item) => !pending.has(item.id) && (known.get(item.id)?.fence ?? -1) < item.fence);
    const again = new Set(fresh.map((item) => item.id));
    const before = snapshot.items.slice(0, snapshot.position).filter((item) => again.has(item.id)).length;
    const items = [...snapshot.items.filter((item) => !again.has(item.id)), ...fresh];
    const decisions = new Map([...snapshot.decisions].filter(([id]) => !again.has(id)));
    const open = items.some((item) => !decisions.has(item.id));
    const position = Math.min(snapshot.position - before, items.length);
    set({ items, decisions, position: snapshot.phase === 'working' && position < items.length ? position : nextUndecided(items, decisions, position), classes: reply.classes, progress: reply.progress, decidedSinceClaim: 0, error: null, phase: open ? 'working' : 'empty' });
  }

  function decide(decision: Decision): void {
    const item = snapshot.items[snapshot.position];
    if (item === undefined) return;
    const whole: Decision = snapshot.comment === '' ? decision : { ...decision, comment: snapshot.comment };
    const again = snapshot.decisions.has(item.id);
    if (again) deps.queue.withdraw(item.id);
    const now = deps.now();
    save(item, whole, Math.min(Math.max(0, Math.round(now - shownAt)), 86_400_000));
    undoable.push(item.id);
    const decisions = new Map(snapshot.decisions).set(item.id, whole);
    set({
      decisions, lastDecision: decision.kind === 'skip' ? snapshot.lastDecision : decision, comment: '', notice: null, times: [...snapshot.times.slice(-999), now],
      decidedSinceClaim: snapshot.decidedSinceClaim + (again ? 0 : 1), direction: 1, position: nextUndecided(snapshot.items, decisions, snapshot.position + 1),
    });
    void fill();
  }

  function undo(): void {
    const itemId = undoable.pop() ?? deps.queue.lastSaved();
    if (itemId === undefined) return;
    const decision = snapshot.decisions.get(itemId) ?? null;
    deps.queue.withdraw(itemId);
    const decisions = new Map(snapshot.decisions);
    decisions.delete(itemId);
    const at = snapshot.items.findIndex((item) => item.id === itemId);
    set({ decisions, ...(at >= 0 && { position: at }), phase: at >= 0 ? 'working' : snapshot.phase, notice: { kind: 'undone', decision }, times: snapshot.times.slice(0, -1), decidedSinceClaim: snapshot.decidedSinceClaim - 1 });
  }

  return {
    snapshot: (): ReviewSnapshot => snapshot,
    subscribe(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
    fill, decide, undo,
    move(by: number): void {
      const position = snapshot.position + by;
      if (position >= 0 && position < snapshot.items.length) set({ position, direction: by < 0 ? -1 : 1, notice: null });
    },
    moveBurst(direction: 1 | -1): void {
      const position = burstStart(snapshot.items, snapshot.position, direction);
      if (position !== snapshot.position) set({ position, direction, notice: null });
    },
    setComment(comment: string): void { set({ comment }); },
    clearNotice(): void { set({ notice: null }); },
    /** A withdrawal arrived: the item is ours again, under a new fence. */
    withdrawn(item: ReviewItemReply): void {
      const at = snapshot.items.findIndex((each) => each.id === item.id);
      if (at >= 0) set({ items: snapshot.items.with(at, item) });
      else set({ items: snapshot.items.toSpliced(snapshot.position, 0, item), phase: 'working' });
    },
    /** An answer came too late: the image is not ours any more. */
    refused({ job }: Refusal): void {
      if (job.kind !== 'withdraw') drop(new Set(itemsOf(job)), null);
    },
    /** Holds that ran out: what was not decided goes from the list. */
    lost(ids: readonly string[]): void {
      drop(new Set(ids.filter((id) => !snapshot.decisions.has(id))), { kind: 'lost' });
      void fill();
    },
    held: () => undecided().map(({ id, fence }) => ({ id, fence })),
    renewed(ids: readonly string[], leaseExpiresAt: string): void {
      const which = new Set(ids);
      set({ items: snapshot.items.map((item) => (which.has(item.id) ? { ...item, leaseExpiresAt } : item)) });
    },
  };

  function drop(ids: ReadonlySet<string>, notice: Notice | null): void {
    if (ids.size === 0) return;
    const before = snapshot.items.slice(0, snapshot.position).filter((item) => ids.has(item.id)).length;
    const decisions = new Map([...snapshot.decisions].filter(([id]) => !ids.has(id)));
    set({ items: snapshot.items.filter((item) => !ids.has(item.id)), decisions, position: snapshot.position - before, ...(notice !== null && { notice }) });
    if (undecided().length === 0) void fill();
  }
}
export type ReviewSession = ReturnType<typeof createReviewSession>;

/** The first undecided place from `from` on, else the first before it, else one past the end. */
function nextUndecided(items: readonly ReviewItemReply[], decisions: ReadonlyMap<string, Decision>, from: number): number {
  const open = (item: ReviewItemReply): boolean => !decisions.has(item.id);
  const ahead = items.findIndex((item, index) => index >= from && open(item));
  if (ahead >= 0) return ahead;
  const behind = items.findIndex(open);
  return behind >= 0 ? behind : items.length;
}

/** Images of one camera closer than this are one visit to it. */
const burstMs = 60_000;

function sameBurst(a: ReviewItemReply | undefined, b: ReviewItemReply | undefined): boolean {
  if (a === undefined || b === undefined || a.camera !== b.camera || a.capturedAt === null || b.capturedAt === null) return false;
  return Math.abs(Date.parse(a.capturedAt) - Date.parse(b.capturedAt)) <= burstMs;
}

/** Where the next burst begins; going back, where this one does, and from its beginning where the one before does. */
export function burstStart(items: readonly ReviewItemReply[], from: number, direction: 1 | -1): number {
  let at = from;
  if (direction === 1) {
    while (at < items.length - 1 && sameBurst(items[at], items[at + 1])) at += 1;
    return Math.min(at + 1, Math.max(0, items.length - 1));
  }
  if (!sameBurst(items[at], items[at - 1])) at -= 1;
  while (at > 0 && sameBurst(items[at], items[at - 1])) at -= 1;
  return Math.max(0, at);
}

/** Decisions an hour at the pace of the last ones; pauses over two minutes are not work. Null before there is a pace. */
export function ratePerHour(times: readonly number[]): number | null {
  const recent = times.slice(-60);
  let worked = 0;
  let steps = 0;
  for (let i = 1; i < recent.length; i += 1) {
    const gap = (recent[i] ?? 0) - (recent[i - 1] ?? 0);
    if (gap <= 120_000) { worked += gap; steps += 1; }
  }
  return steps < 3 || worked <= 0 ? null : Math.round((steps * 3_600_000) / worked);
}
