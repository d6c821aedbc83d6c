import type { annotationKinds, ReviewItemReply } from '../../../../contracts/reviews.ts';

export interface Decision {
  readonly kind: (typeof annotationKinds)[number];
  readonly classId?: number;
  readonly comment?: string;
  /** With "not in the list": the class that should be there. */
  readonly proposedName?: string;
}

/** One write that waits for its turn. `key` is made once, so that sending it again changes nothing. */
export type Job =
  | { readonly kind: 'annotate'; readonly key: string; readonly itemId: string; readonly fence: number; readonly decision: Decision; readonly leadTimeMs: number }
  | { readonly kind: 'withdraw'; readonly key: string; readonly itemId: string }
  /** One decision for a burst, with exceptions by frame. */
  | { readonly kind: 'burst'; readonly key: string; readonly itemId: string; readonly fence: number; readonly decision: Decision; readonly leadTimeMs: number; readonly seen: readonly string[]; readonly exceptions: readonly FrameException[] }
  /** A page of the grid: one class for all but the exceptions. */
  | { readonly kind: 'grid'; readonly key: string; readonly classId: number; readonly leadTimeMs: number; readonly seen: readonly string[]; readonly accept: readonly GridItem[]; readonly exceptions: readonly (GridItem & Pick<Decision, 'kind' | 'classId'>)[] };
export type FrameException = Pick<Decision, 'kind' | 'classId'> & { readonly imageId: string };
export interface GridItem { readonly item: string; readonly fence: number }

/** The items that a job writes about. */
export const itemsOf = (job: Job): readonly string[] => (job.kind === 'grid' ? [...job.accept, ...job.exceptions].map((each) => each.item) : [job.itemId]);
const answers = (job: Job): boolean => job.kind !== 'withdraw';

/** What the queue knows of items it has written about: which annotation stands, and the newest fence. */
export interface ItemFacts {
  readonly annotationId?: string;
  readonly fence?: number;
}

export interface Refusal { readonly job: Job; readonly code: string; readonly detail: string }

/** All that survives a reload. */
export interface Kept {
  readonly jobs: readonly Job[];
  readonly facts: Readonly<Record<string, ItemFacts>>;
  readonly refusals: readonly Refusal[];
}
export const nothingKept: Kept = { jobs: [], facts: {}, refusals: [] };

export type SendOutcome =
  | { readonly outcome: 'saved'; readonly annotationId: string }
  | { readonly outcome: 'saved-many'; readonly saved: readonly { readonly itemId: string; readonly annotationId: string }[]; readonly refused: readonly { readonly itemId: string; readonly code: string }[] }
  | { readonly outcome: 'withdrawn'; readonly item: ReviewItemReply }
  /** A withdrawal after which there is no hold: the item is in its queue again for whoever comes. */
  | { readonly outcome: 'taken-back' }
  | { readonly outcome: 'refused'; readonly code: string; readonly detail: string }
  | { readonly outcome: 'later'; readonly why: 'offline' | 'busy' | 'signed-out' };

export interface SaveQueueDependencies {
  /** Sends one job; never throws. */
  readonly send: (job: Job, facts: ItemFacts) => Promise<SendOutcome>;
  /** `save` says whether it is kept: a browser's storage may be full or shut. */
  readonly store: { load(): Kept; save(kept: Kept): boolean };
  /** Resolves after `ms`, or earlier when woken. */
  readonly wait: (ms: number) => Promise<void>;
  readonly newKey: () => string;
  /**
   * Takes items back whose hold ran out while nobody could be told: their new fences, by item. What somebody else took, or
   * answered, is not among them. Null when nobody answers.
   */
  readonly reclaim?: (itemIds: readonly string[]) => Promise<ReadonlyMap<string, number> | null>;
  readonly onWithdrawn?: (item: ReviewItemReply) => void;
  readonly onTakenBack?: (itemId: string) => void;
  readonly onRefused?: (refusal: Refusal) => void;
}

export type SaveStatus = 'saved' | 'saving' | 'offline' | 'signed-out';
export interface SaveState {
  readonly status: SaveStatus;
  readonly waiting: number;
  readonly refusals: readonly Refusal[];
  /** False where what waits is in memory alone, and would be lost with the page. */
  readonly stored: boolean;
}

/** So many decisions back can be undone; more would make every save slower. */
const factsMax = 300;
const newest = (facts: Kept['facts']): Kept['facts'] => Object.fromEntries(Object.entries(facts).slice(-factsMax));

/** A claim gives at most this many. */
const reclaimMax = 50;

const waitMsMin = 400;
const waitMsMax = 15_000;

/**
 * Writes decisions one at a time, in the order they were made. A passing failure is tried again with back-off and holds all
 * that follow; a refusal is set aside with what was answered, and the next goes on. Everything waiting survives a reload.
 */
export function createSaveQueue(deps: SaveQueueDependencies) {
  let kept = deps.store.load();
  let status: SaveStatus = kept.jobs.length === 0 ? 'saved' : 'saving';
  let running = false;
  let inFlight: Job | null = null;
  let stopped = false;
  let state: SaveState = { status, waiting: kept.jobs.length, refusals: kept.refusals, stored: true };
  const listeners = new Set<() => void>();

  function change(next: Partial<Kept>, nextStatus: SaveStatus = status): void {
    kept = { ...kept, ...next };
    status = nextStatus;
    // Where there is no room for all, what waits comes before what could still be undone.
    const stored = deps.store.save(kept) || deps.store.save({ ...kept, facts: factsOf(kept.jobs) });
    state = { status, waiting: kept.jobs.length, refusals: kept.refusals, stored: stored || kept.jobs.length === 0 };
    for (const listener of listeners) listener();
  }

  function factsOf(jobs: readonly Job[]): Kept['facts'] {
    const waiting = new Set(jobs.flatMap(itemsOf));
    return Object.fromEntries(Object.entries(kept.facts).filter(([itemId]) => waiting.has(itemId)));
  }

  function settle(job: Job, outcome: Exclude<SendOutcome, { outcome: 'later' }>): void {
    const jobs = kept.jobs.slice(1);
    const nextStatus = jobs.length === 0 ? 'saved' : 'saving';
    if (outcome.outcome === 'refused') {
      const refusal = { job, code: outcome.code, detail: outcome.detail };
      change({ jobs, refusals: [...kept.refusals, refusal] }, nextStatus);
      deps.onRefused?.(refusal);
      return;
    }
    if (job.kind === 'grid' || outcome.outcome === 'saved-many') {
      if (job.kind === 'grid' && outcome.outcome === 'saved-many') settlePage(job, outcome, jobs);
      return;
    }
    const { [job.itemId]: _, ...others } = kept.facts;
    const facts = outcome.outcome === 'saved' ? { annotationId: outcome.annotationId } : outcome.outcome === 'withdrawn' ? { fence: outcome.item.fence } : null;
    change({ jobs, facts: newest(facts === null ? others : { ...others, [job.itemId]: facts }) }, nextStatus);
    if (outcome.outcome === 'withdrawn') deps.onWithdrawn?.(outcome.item);
    if (outcome.outcome === 'taken-back') deps.onTakenBack?.(job.itemId);
  }

  /** What a page's items came to; those whose hold ran out go on as answers of their own, for they may be taken again. */
  function settlePage(job: Extract<Job, { kind: 'grid' }>, { saved, refused }: Extract<SendOutcome, { outcome: 'saved-many' }>, jobs: readonly Job[]): void {
    const late = new Set(refused.filter(({ code }) => code === 'REVIEW_LEASE_EXPIRED').map(({ itemId }) => itemId));
    const alone = answersOf(job);
    const again = alone.filter((each) => late.has(each.itemId));
    const refusals = refused.filter(({ itemId }) => !late.has(itemId)).flatMap(({ itemId, code }) => alone.filter((each) => each.itemId === itemId).map((each): Refusal => ({ job: each, code, detail: '' })));
    const done = new Set(saved.map(({ itemId }) => itemId));
    const others = Object.entries(kept.facts).filter(([itemId]) => !done.has(itemId));
    const left = [...again, ...jobs];
    change({ jobs: left, refusals: [...kept.refusals, ...refusals], facts: newest(Object.fromEntries([...others, ...saved.map(({ itemId, annotationId }) => [itemId, { annotationId }] as const)])) }, left.length === 0 ? 'saved' : 'saving');
    for (const refusal of refusals) deps.onRefused?.(refusal);
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    let waitMs = waitMsMin;
    for (let job = kept.jobs[0]; job !== undefined && !stopped; job = kept.jobs[0]) {
      inFlight = job;
      const outcome = await deps.send(job, job.kind === 'grid' ? {} : kept.facts[job.itemId] ?? {});
      inFlight = null;
      if (outcome.outcome === 'refused' && outcome.code === 'REVIEW_LEASE_EXPIRED' && await retaken(job)) continue;
      if (outcome.outcome !== 'later') {
        waitMs = waitMsMin;
        settle(job, outcome);
        continue;
      }
      change({}, outcome.why === 'busy' ? 'saving' : outcome.why);
      await deps.wait(waitMs);
      waitMs = Math.min(waitMs * 2, waitMsMax);
    }
    running = false;
  }

  /** Whether a late answer may be sent again under a new hold: the image was free still, so nobody's answer is written over. */
  async function retaken(job: Job): Promise<boolean> {
    if (deps.reclaim === undefined || (job.kind !== 'annotate' && job.kind !== 'burst')) return false;
    const waiting = kept.jobs.filter(answers).flatMap(itemsOf);
    const fences = await deps.reclaim([...new Set(waiting)].slice(0, reclaimMax));
    const before = Math.max(job.fence, kept.facts[job.itemId]?.fence ?? 0);
    if ((fences?.get(job.itemId) ?? 0) <= before) return false;
    const facts = { ...kept.facts };
    for (const [itemId, fence] of fences ?? []) facts[itemId] = { ...facts[itemId], fence };
    change({ facts: newest(facts) });
    return true;
  }

  function add(job: Job): void {
    change({ jobs: [...kept.jobs, job] }, status === 'saved' ? 'saving' : status);
    void run();
  }

  return {
    state: (): SaveState => state,
    subscribe(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
    /** Goes on with what an earlier visit left. */
    start(): void { void run(); },
    stop(): void { stopped = true; },
    annotate(itemId: string, fence: number, decision: Decision, leadTimeMs: number): void {
      add({ kind: 'annotate', key: deps.newKey(), itemId, fence, decision, leadTimeMs });
    },
    burst(burst: Omit<Extract<Job, { kind: 'burst' }>, 'kind' | 'key'>): void { add({ kind: 'burst', key: deps.newKey(), ...burst }); },
    grid(page: Omit<Extract<Job, { kind: 'grid' }>, 'kind' | 'key'>): void { add({ kind: 'grid', key: deps.newKey(), ...page }); },
    /** Takes the last decision on an item back: out of the queue where it has not been sent, by a write where it has. */
    withdraw: (itemId: string): 'dropped' | 'queued' => withdrawAll([itemId]),
    /** The same for all items of one decision: a page that was not sent goes whole. */
    withdrawAll,
    /** Items with a decision that is on its way or set aside. */
    pendingItems: (): ReadonlySet<string> => new Set(kept.jobs.filter(answers).flatMap(itemsOf)),
    /** The item last written about whose annotation still stands. */
    lastSaved: (): string | undefined => Object.entries(kept.facts).findLast(([itemId, facts]) => facts.annotationId !== undefined && !kept.jobs.some((job) => itemsOf(job).includes(itemId)))?.[0],
    forgetRefusal(key: string): void { change({ refusals: kept.refusals.filter((each) => each.job.key !== key) }); },
  };

  function withdrawAll(itemIds: readonly string[]): 'dropped' | 'queued' {
    const last = kept.jobs.findLast((job) => itemsOf(job).some((each) => itemIds.includes(each)));
    const whole = last !== undefined && itemsOf(last).every((each) => itemIds.includes(each));
    if (last !== undefined && whole && answers(last) && last !== inFlight && !mayHaveArrived(last)) {
      change({ jobs: kept.jobs.filter((job) => job !== last) }, kept.jobs.length === 1 ? 'saved' : status);
      return 'dropped';
    }
    for (const itemId of itemIds) add({ kind: 'withdraw', key: deps.newKey(), itemId });
    return 'queued';
  }

  /** The first job may have been sent and its answer lost: only a withdrawal takes it back for certain. */
  function mayHaveArrived(job: Job): boolean { return job === kept.jobs[0] && running; }
}
export type SaveQueue = ReturnType<typeof createSaveQueue>;

/** A page's answers, each as one of its own under a key of its own. */
function answersOf({ key, classId, leadTimeMs, accept, exceptions }: Extract<Job, { kind: 'grid' }>): Extract<Job, { kind: 'annotate' }>[] {
  const each = Math.round(leadTimeMs / Math.max(1, accept.length + exceptions.length));
  const all: readonly (GridItem & Pick<Decision, 'kind' | 'classId'>)[] = [...accept.map((item) => ({ ...item, kind: 'class' as const, classId })), ...exceptions];
  return all.map(({ item, fence, kind, classId: own }) => ({ kind: 'annotate', key: `${key}/${item}`, itemId: item, fence, decision: { kind, ...(own !== undefined && { classId: own }) }, leadTimeMs: each }));
}
