import { type Kept, nothingKept } from './save-queue.ts';

const prefix = 'perennial.save-queue';

let namedHere: string | null = null;

/** Each tab writes to a queue of its own, so that two tabs never send one another's answers at the same time. */
export function queueName(project: string, person: string): string {
  const tabKey = 'perennial.tab';
  // A reload keeps the tab's name; a copied tab would share it, so it takes a new one.
  const reloaded = performance.getEntriesByType('navigation').some((entry) => (entry as PerformanceNavigationTiming).type === 'reload');
  const known = namedHere ?? (reloaded ? sessionStorage.getItem(tabKey) : null);
  const tab = known ?? crypto.randomUUID();
  namedHere = tab;
  try { sessionStorage.setItem(tabKey, tab); } catch { /* a reload is a new tab then, which takes along what this one left */ }
  return `${prefix}/${project}/${person}/${tab}`;
}

export function browserStore(name: string): { load(): Kept; save(kept: Kept): boolean } {
  return { load: () => read(name), save: (kept) => write(name, kept) };
}

/** Whether it is kept: storage may be full, or shut in a private window. */
function write(name: string, kept: Kept): boolean {
  try {
    localStorage.setItem(name, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** What tabs that were closed left unsent, moved to this tab's queue: a tab in use holds the lock of its queue's name. */
export async function adoptOrphans(project: string, person: string, own: string): Promise<void> {
  const start = `${prefix}/${project}/${person}/`;
  const names = Object.keys(localStorage).filter((name) => name.startsWith(start) && name !== own);
  for (const name of names) {
    await withLock(name, () => {
      const left = read(name);
      const mine = read(own);
      // Where there is no room, it stays where it is and is taken along another time.
      if (write(own, { jobs: [...left.jobs, ...mine.jobs], facts: { ...left.facts, ...mine.facts }, refusals: [...left.refusals, ...mine.refusals] })) localStorage.removeItem(name);
    });
  }
}

/** Holds a queue's name for as long as the tab lives. */
export async function holdQueue(name: string): Promise<void> {
  if (!('locks' in navigator)) return;
  await new Promise<void>((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => { resolve(); return lock === null ? undefined : new Promise(() => undefined); });
  });
}

async function withLock(name: string, act: () => void): Promise<void> {
  if (!('locks' in navigator)) return;
  await navigator.locks.request(name, { ifAvailable: true }, (lock) => { if (lock !== null) act(); });
}

function read(name: string): Kept {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
    if (typeof found === 'object' && found !== null && 'jobs' in found && 'facts' in found && 'refusals' in found) return found as Kept;
  } catch { /* damaged: start afresh */ }
  return nothingKept;
}
