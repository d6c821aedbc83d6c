import { ParentClosePolicy, startChild, workflowInfo, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { CollectInput, StepOutcome } from '../contracts/workflows.ts';
import { roundWorkflowId } from './ids.ts';
import { routeForReview } from './route-for-review.ts';
import { collectRound } from './steps.ts';

/** Flagged predictions become a review round, which then lives by itself until it is answered or its time is up. */
export async function collectPredictions(input: CollectInput): Promise<StepOutcome & { roundId: string | null }> {
  // A schedule gives the same input each time: the execution's own id makes each round's key its own.
  const collected = await collectRound({ ...input, key: `${input.key}/${workflowInfo().firstExecutionRunId}` });
  if (collected.roundId === null) return collected;
  await startChild(routeForReview, {
    args: [{ projectId: input.projectId, roundId: collected.roundId }],
    workflowId: roundWorkflowId(input.projectId, collected.roundId),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  return collected;
}
