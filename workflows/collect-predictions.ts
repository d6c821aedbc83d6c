import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { CollectInput, StepOutcome } from '../contracts/workflows.ts';
import { roundWorkflowId } from './ids.ts';
import { routeForReview } from './route-for-review.ts';
import { collectRound } from './steps.ts';

/** Flagged predictions become a review round, which then lives by itself until it is answered or its time is up. */
export async function collectPredictions(input: CollectInput): Promise<StepOutcome & { roundId: string | null }> {
  const collected = await collectRound(input);
  if (collected.roundId === null) return collected;
  await startChild(routeForReview, {
    args: [{ projectId: input.projectId, roundId: collected.roundId }],
    workflowId: roundWorkflowId(input.projectId, collected.roundId),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  return collected;
}
