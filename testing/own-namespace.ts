import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';

const knownWithinMs = 30_000;
/** The wire takes a number; only the type wants a Long. */
const retentionSeconds = 86_400;

/**
 * A new namespace of the tests' Temporal, usable when it is answered.
 * @throws Error where the server does not know it within half a minute
 */
export async function ownNamespace(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const namespace = `test-${randomUUID()}`;
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: retentionSeconds as never } });
    const client = new Client({ connection, namespace });
    const from = performance.now();
    // The server keeps what it knows of namespaces for seconds.
    for (;;) {
      try {
        await client.workflow.count('WorkflowType = "none"');
        return namespace;
      } catch (error) {
        if (performance.now() - from > knownWithinMs) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
    }
  } finally {
    await connection.close();
  }
}
