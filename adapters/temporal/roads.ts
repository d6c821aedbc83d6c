import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { PerennialError } from '../../domain/errors.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { executeOnce } from './execute-once.ts';

const taskQueue = 'perennial';
const idOf = (projectId: string, challengeId: string): string => `${projectId}/walk-road/${challengeId}`;

/** One execution a challenge; what failed or was lost is taken up again, for where it stands lies in the database. */
export async function startRoad(client: Client, projectId: string, challengeId: string): Promise<void> {
  try {
    await client.workflow.start('walkRoad', { taskQueue, workflowId: idOf(projectId, challengeId), args: [{ projectId, challengeId }], workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

export async function actOnRoad(client: Client, projectId: string, challengeId: string, act: Parameters<Workflows['actOnRoad']>[2]): ReturnType<Workflows['actOnRoad']> {
  const handle = client.workflow.getHandle(idOf(projectId, challengeId));
  try {
    return await handle.executeUpdate<Awaited<ReturnType<Workflows['actOnRoad']>>, [typeof act]>('actOnRoad', { updateId: act.key, args: [act] });
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw new PerennialError('WORKFLOWS_UNAVAILABLE', undefined, {}, { cause: error });
    if (error instanceof WorkflowUpdateFailedError) throw new PerennialError('CHALLENGE_CONFLICT', undefined, {}, { cause: error });
    throw error;
  }
}

export async function lookAtRoad(client: Client, projectId: string, challengeId: string): Promise<void> {
  await client.workflow.getHandle(idOf(projectId, challengeId)).signal('lookAgain');
}

export const drillNow = (client: Client, request: Parameters<Workflows['drillNow']>[0]): ReturnType<Workflows['drillNow']> =>
  executeOnce(client, 'drillRollback', { taskQueue, workflowId: `${request.projectId}/drill-rollback/${request.key}`, input: request, timeout: '10 minutes', failed: 'The drill could not be run.' });
