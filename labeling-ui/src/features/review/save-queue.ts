import type { annotationKinds, ReviewItemReply } from '../../../../contracts/reviews.ts';

export interface Decision {
  readonly kind: (typeof annotationKinds)[number];
  readonly classId?: number;
  readonly comment?: string;
}

/** One write that waits for its turn. `key` is made once, so that sending it again changes nothing. */
export type Job =
  | { readonly kind: 'annotate'; readonly key: string; readonly itemId: string; readonly fence: number; readonly decision: Decision; readonly leadTimeMs: number }
  | { readonly kind: 'withdraw'; readonly key: string; readonly itemId: string };

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
  | { readonly outcome: 'withdrawn'; readonly item: ReviewItemReply }
  | { readonly outcome: 'refused'; readonly code: string; readonly detail: string }
  | { readonly outcome: 'later'; readonly why: 'offline' | 'busy' | 'signed-out' };

export interface SaveQueueDependencies {
  /** Sends one job; never throws. */
  readonly send: (job: Job, facts: ItemFacts) => Promise<SendOutcome>;
  readonly store: { load(): Kept; save(kept: Kept): void };
  /** Resolves after `ms`, or earlier when woken. */
  readonly wait: (ms: number) => Promise<void>;
  readonly newKey: () => string;
  readonly onWithdrawn?: (item: ReviewItemReply) => void;
  readonly onRefused?: (refusal: Refusal) => void;
}

export type SaveStatus = 'saved' | 'saving' | 'offline' | 'signed-out';
export interface SaveState { readonly status: SaveStatus; readonly waiting: number; readonly refusals: readonly Refusal[] }

/** So many decisions back can be undone; more would make every save slower. */
const factsMax = 300;
const newest = (facts: Kept['facts']): Kept['facts'] => Object.fromEntries(Object.entries(facts).slice(-factsMax));

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
  let state: SaveState = { status, waiting: kept.jobs.length, refusals: kept.refusals };
  const listeners = new Set<() => void>();

  function change(next: Partial<Kept>, nextStatus: SaveStatus = status): void {
    kept = { ...kept, ...next };
    status = nextStatus;
    deps.store.save(kept);
    state = { status, waiting: kept.jobs.length, refusals: kept.refusals };
    for (const listener of listeners) listener();
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
    const facts = outcome.outcome === 'saved' ? { annotationId: outcome.annotationId } : { fence: outcome.item.fence };
    const { [job.itemId]: _, ...others } = kept.facts;
    change({ jobs, facts: newest({ ...others, [job.itemId]: facts }) }, nextStatus);
    if (outcome.outcome === 'withdrawn') deps.onWithdrawn?.(outcome.item);
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    let waitMs = waitMsMin;
    for (let job = kept.jobs[0]; job !== undefined && !stopped; job = kept.jobs[0]) {
      inFlight = job;
      const outcome = await deps.send(job, kept.facts[job.itemId] ?? {});
      inFlight = null;
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
    /** Takes the last decision on an item back: out of the queue where it has not been sent, by a write where it has. */
    withdraw(itemId: string): 'dropped' | 'queued' {
      const last = kept.jobs.findLast((job) => job.itemId === itemId);
      if (last?.kind === 'annotate' && last !== inFlight && !mayHaveArrived(last)) {
        change({ jobs: kept.jobs.filter((job) => job !== last) }, kept.jobs.length === 1 ? 'saved' : status);
        return 'dropped';
      }
      add({ kind: 'withdraw', key: deps.newKey(), itemId });
      return 'queued';
    },
    /** Items with a decision that is on its way or set aside. */
    pendingItems: (): ReadonlySet<string> => new Set(kept.jobs.filter((job) => job.kind === 'annotate').map((job) => job.itemId)),
    /** The item last written about whose annotation still stands. */
    lastSaved: (): string | undefined => Object.entries(kept.facts).findLast(([itemId, facts]) => facts.annotationId !== undefined && !kept.jobs.some((job) => job.itemId === itemId))?.[0],
    forgetRefusal(key: string): void { change({ refusals: kept.refusals.filter((each) => each.job.key !== key) }); },
  };

  /** The first job may have been sent and its answer lost: only a withdrawal takes it back for certain. */
  function mayHaveArrived(job: Job): boolean { return job === kept.jobs[0] && running; }
}
export type SaveQueue = ReturnType<typeof createSaveQueue>;
