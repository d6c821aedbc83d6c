import type { ClaimReply, ReviewItemReply } from '../../../contracts/reviews.ts';
import type { AnnotateBody, Api } from '../api-client/endpoints.ts';
import type { Save, SaveQueue } from '../saves/save-queue.ts';

/** What a person decided about an image. */
export type Choice = { readonly kind: 'class'; readonly classId: number } | { readonly kind: Exclude<AnnotateBody['kind'], 'class'> };
interface Decided { readonly item: ReviewItemReply; readonly choice: Choice; readonly key: string; readonly at: number }

export interface SessionView {
  readonly items: readonly ReviewItemReply[];
  readonly place: number;
  readonly classes: ClaimReply['classes'];
  readonly progress: ClaimReply['progress'] | null;
  readonly decided: number;
  readonly last: Choice | null;
  readonly canUndo: boolean;
  readonly imagesPerHour: number | null;
  readonly loaded: boolean;
  readonly error: string | null;
}

export interface SessionDependencies {
  readonly api: Pick<Api, 'claim' | 'renew'>;
  readonly queue: Pick<SaveQueue, 'add' | 'cut' | 'pendingItems'>;
  readonly project: string;
  readonly now: () => number;
  readonly newKey: () => string;
  readonly onRenewLost: (count: number) => void;
}

const claimCount = 20;
const claimBelow = 10;
/** Pauses longer than this are not labelling time. */
const breakMs = 120_000;

/** The images in hand, which is shown, and what was decided; saving is the queue's. */
export function createReviewSession(deps: SessionDependencies) {
  let items: ReviewItemReply[] = [];
  let place = 0;
  let history: Decided[] = [];
  let last: Choice | null = null;
  let shownAt = deps.now();
  let workedMs = 0;
  let claiming = false;
  let rest: Pick<SessionView, 'classes' | 'progress' | 'loaded' | 'error'> = { classes: [], progress: null, loaded: false, error: null };
  const listeners = new Set<() => void>();
  let view = look();

  function look(): SessionView {
    return {
      ...rest, items, place, decided: history.length, last, canUndo: history.length > 0,
      imagesPerHour: history.length < 3 || workedMs === 0 ? null : Math.round((history.length * 3_600_000) / workedMs),
    };
  }
  function tell(): void {
    place = Math.max(0, Math.min(place, items.length - 1));
    view = look();
    for (const each of listeners) each();
  }
  /** Items of an answer that are neither in hand nor decided with this very lease. */
  function fresh(found: readonly ReviewItemReply[]): ReviewItemReply[] {
    const pending = deps.queue.pendingItems();
    const known = new Set(items.map(({ id }) => id));
    return found.filter((item) => !known.has(item.id) && !pending.has(item.id)
      && !history.some((each) => each.item.id === item.id && each.item.fence >= item.fence));
  }
  async function refill(): Promise<void> {
    if (claiming) return;
    claiming = true;
    try {
      const reply = await deps.api.claim(deps.project, claimCount, [...new Set([...items.map(({ id }) => id), ...deps.queue.pendingItems()])].slice(0, 100));
      if (items.length === 0) shownAt = deps.now();
      items = [...items, ...fresh(reply.items)];
      rest = { classes: reply.classes, progress: reply.progress, loaded: true, error: null };
    } catch (error) {
      rest = { ...rest, error: error instanceof Error ? error.message : String(error) };
    } finally {
      claiming = false;
      tell();
    }
  }
  function put(item: ReviewItemReply): void {
    items = [...items.slice(0, place), item, ...items.slice(place)];
    shownAt = deps.now();
  }

  return {
    refill,
    /** Decides about the image shown and shows the next at once. */
    commit(choice: Choice): void {
      const item = items[place];
      if (item === undefined) return;
      const key = deps.newKey();
      const took = Math.max(0, Math.round(deps.now() - shownAt));
      items = items.filter((each) => each.id !== item.id);
      history = [...history, { item, choice, key, at: deps.now() }];
      workedMs += Math.min(took, breakMs);
      if (choice.kind !== 'skip') last = choice;
      shownAt = deps.now();
      deps.queue.add({ type: 'annotate', key, project: deps.project, itemId: item.id, fence: item.fence, kind: choice.kind, classId: choice.kind === 'class' ? choice.classId : undefined, leadTimeMs: Math.min(took, 86_400_000) });
      tell();
      if (items.length < claimBelow) void refill();
    },
    /** Takes back the last decision, saved or not, and shows its image again. */
    undo(): void {
      const latest = history.at(-1);
      if (latest === undefined) return;
      history = history.slice(0, -1);
      if (!deps.queue.cut(latest.key)) deps.queue.add({ type: 'withdraw', key: deps.newKey(), project: deps.project, itemId: latest.item.id, ofKey: latest.key });
      put(latest.item);
      tell();
    },
    move(by: 1 | -1): void {
      place += by;
      shownAt = deps.now();
      tell();
    },
    /** The server would not take a decision: forget it. A taking back that failed leaves no image in hand that is not ours. */
    forget(save: Save): void {
      if (save.type === 'annotate') history = history.filter(({ key }) => key !== save.key);
      items = items.filter(({ id }) => id !== save.itemId);
      tell();
      if (items.length < claimBelow) void refill();
    },
    refence(itemId: string, fence: number): void {
      items = items.map((item) => (item.id === itemId ? { ...item, fence } : item));
      tell();
    },
    /** Keeps the leases of what is in hand; lost ones leave, the image on screen included. */
    async renew(): Promise<void> {
      const pending = deps.queue.pendingItems();
      const mine = items.filter(({ id }) => !pending.has(id)).slice(0, 100);
      if (mine.length === 0) return;
      const { lost } = await deps.api.renew(deps.project, mine.map(({ id, fence }) => ({ id, fence })));
      const gone = new Set(lost);
      const before = items.length;
      items = items.filter(({ id }) => !gone.has(id));
      if (before === items.length) return;
      tell();
      deps.onRenewLost(before - items.length);
      if (items.length < claimBelow) void refill();
    },
    view: (): SessionView => view,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
  };
}
export type ReviewSession = ReturnType<typeof createReviewSession>;
