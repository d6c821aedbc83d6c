import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { PerennialError } from '../../domain/errors.ts';

export interface OnceOptions {
  readonly taskQueue: string;
  /** Ends in the key its caller chose: the same id is the same run. */
  readonly workflowId: string;
  readonly input: unknown;
  /** As Temporal writes it: "5 minutes". */
  readonly timeout: '5 minutes' | '10 minutes' | '30 minutes';
  /** What is said when the run failed. */
  readonly failed: string;
}

/**
 * Runs a workflow and waits for its reply; asked again by the same key, it waits for the run there is.
 * @throws PerennialError INTERNAL where the run failed
 */
export async function executeOnce<Reply>(client: Client, type: string, { taskQueue, workflowId, input, timeout, failed }: OnceOptions): Promise<Reply> {
  try {
    return (await client.workflow.execute(type, { taskQueue, workflowId, args: [input], workflowExecutionTimeout: timeout, workflowIdReusePolicy: 'REJECT_DUPLICATE' })) as Reply;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return (await client.workflow.getHandle(workflowId).result()) as Reply;
    if (error instanceof WorkflowFailedError) throw new PerennialError('INTERNAL', failed, {}, { cause: error });
    throw error;
  }
}
