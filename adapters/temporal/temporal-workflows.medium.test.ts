import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { createTemporalWorkflows } from './temporal-workflows.ts';

const address = inject('services')['TEMPORAL_ADDRESS'] ?? '';
let connection: Connection;
let client: Client;
let workflows: Workflows;

beforeAll(async () => {
  connection = await Connection.connect({ address });
  client = new Client({ connection });
  workflows = createTemporalWorkflows({ address, namespace: 'default' });
});
afterAll(async () => {
  await Promise.all([workflows.close(), connection.close()]);
});

/** Executions are seen in lists a moment after they are there. */
async function seen(workflowId: string, runs: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await client.workflow.count(`WorkflowId = '${workflowId}'`)).count === runs) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`not ${runs} executions`);
}

it('a retrain asked for again with its key is the same one, also when it is over; another key starts another', async () => {
  const projectId = randomUUID();
  const workflowId = `${projectId}/retrain-light`;
  const request = { projectId, kind: 'light' as const, reason: 'test', key: 'one' };
  const first = await workflows.startRetrain(request);
  await seen(workflowId, 1);
  await client.workflow.getHandle(workflowId).terminate('over');
  expect(await workflows.startRetrain(request)).toMatchObject({ id: first.id, state: 'failed' });
  const second = await workflows.startRetrain({ ...request, key: 'two' });
  expect(second.id).not.toBe(first.id);
  await seen(workflowId, 2);
  await client.workflow.getHandle(workflowId).terminate('over');
  expect((await workflows.startRetrain(request)).id).toBe(first.id);
});
