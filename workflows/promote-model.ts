import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { PromoteInput, StepOutcome } from '../contracts/workflows.ts';
import { roadWorkflowId } from './ids.ts';
import { hasChampion, judge, openChallenge, promote, reconcile } from './steps.ts';
import { walkRoad } from './walk-road.ts';

export type PromoteReply = StepOutcome & { readonly promoted: boolean; readonly reportId: string | null };

/** The challenger meets the champion; the gate's answer and the policy say whether it takes its place, at once or by the road. */
export async function promoteModel(input: PromoteInput): Promise<PromoteReply> {
  const { projectId, challengerId, key } = input;
  if (!(await hasChampion(projectId))) {
    await promote({ projectId, toId: challengerId, expectFromId: null, gateReportId: null, onCannotTell: false, reason: 'the first model version of the project', decidedBy: 'gate', key });
    await reconcile(projectId);
    return { outcome: 'done', why: 'it is the project’s first champion', promoted: true, reportId: null };
  }
  const { action, onCannotTell, why, reportId, championId, staged } = await judge({ projectId, challengerId, key });
  if (action !== 'promote') return { outcome: 'held', why, promoted: false, reportId };
  // Where the switch lies in what the gate said, histories from before there was a road have it off.
  if (staged === true) return setOut(input, why, reportId);
  await promote({ projectId, toId: challengerId, expectFromId: championId, gateReportId: reportId, onCannotTell, reason: why, decidedBy: 'gate', key });
  await reconcile(projectId);
  return { outcome: 'done', why, promoted: true, reportId };
}

/** Nobody waits for the end of the road: it may take weeks. */
async function setOut({ projectId, challengerId, key }: PromoteInput, why: string, reportId: string): Promise<PromoteReply> {
  const opened = await openChallenge({ projectId, challengerId, gateReportId: reportId, startedBy: 'gate', key });
  if (opened.challengeId !== null) await startRoad(projectId, opened.challengeId);
  return { outcome: opened.outcome, why: `${why} ${opened.why}`, promoted: false, reportId };
}

async function startRoad(projectId: string, challengeId: string): Promise<void> {
  try {
    await startChild(walkRoad, { args: [{ projectId, challengeId }], workflowId: roadWorkflowId(projectId, challengeId), parentClosePolicy: ParentClosePolicy.ABANDON });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
