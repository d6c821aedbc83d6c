import { workflowInfo } from '@temporalio/workflow';
import type { DrillInput, StepOutcome } from '../contracts/workflows.ts';
import { drill } from './steps.ts';

/** Rehearses the way back to the former champion, unseen, and writes down how long it took. */
export async function drillRollback(input: DrillInput): Promise<StepOutcome & { backMs: number | null; forthMs: number | null }> {
  // A schedule gives the same input each time: the execution's own id makes each drill's key its own.
  const { firstExecutionRunId } = workflowInfo();
  const { outcome, why, backMs, forthMs } = await drill({ projectId: input.projectId, startedBy: input.startedBy, key: `${input.key}/${firstExecutionRunId}` });
  return { outcome: outcome === 'failed' ? 'held' : outcome, why, backMs, forthMs };
}
