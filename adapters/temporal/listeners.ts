import { createLazyClient, type TemporalAddress } from './connect.ts';

/** TASK_QUEUE_TYPE_ACTIVITY of Temporal's API. */
const activities = 2;

/** Whether anybody takes activities from a task queue; Temporal remembers a worker for about five minutes after its last call. */
export function createListeners({ address, namespace }: TemporalAddress): { listensTo(taskQueue: string): Promise<boolean>; close(): Promise<void> } {
  const lazy = createLazyClient({ address, namespace });
  return {
    listensTo: (name) => lazy.use(async (client) => {
      const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: activities });
      return pollers.length > 0;
    }),
    close: () => lazy.close(),
  };
}
