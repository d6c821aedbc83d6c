import { newKey } from '../../services.ts';
import { adoptOrphans, browserStore, holdQueue, queueName } from './queue-store.ts';
import { createSaveQueue, type SaveQueue, type SaveQueueDependencies } from './save-queue.ts';

/**
 * A queue of writes that is kept in this browser: what an earlier visit or a closed tab left is taken along, and the page is not left
 * unasked while something waits. The caller starts it. `place` tells queues apart: a project, or a part of one.
 */
export async function openSaveQueue(place: string, person: string, deps: Omit<SaveQueueDependencies, 'store' | 'wait' | 'newKey'>): Promise<SaveQueue> {
  const name = queueName(place, person);
  await holdQueue(name);
  await adoptOrphans(place, person, name);
  const queue = createSaveQueue({ ...deps, store: browserStore(name), wait: waitOrOnline, newKey });
  addEventListener('beforeunload', (event) => { if (queue.state().waiting > 0) event.preventDefault(); });
  return queue;
}

/** Waiting that ends early when the connection comes back. */
const waitOrOnline = (ms: number): Promise<void> => new Promise((resolve) => {
  const done = (): void => { clearTimeout(timer); removeEventListener('online', done); resolve(); };
  const timer = setTimeout(done, ms);
  addEventListener('online', done);
});
