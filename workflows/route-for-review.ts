import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { condition, defineSignal, ParentClosePolicy, patched, setHandler, startChild } from '@temporalio/workflow';
import type { RouteForReviewInput, StepOutcome } from '../contracts/workflows.ts';
import { retrainWorkflowId } from './ids.ts';
import type { PatchName } from './patches.ts';
import { retrainLight } from './retrain-light.ts';
import { closeRound, enoughLabels, roundState } from './steps.ts';

/** Items of the round were settled: look again. Sent once for a batch of answers, never one an answer. */
export const itemsSettled = defineSignal('itemsSettled');

/** The signal may be lost with a killed relay: the timer looks too. */
const pollMs = 60_000;
/** A round of months at one look a minute would grow without end; a new look starts a new run well before. */
const looksMax = 2_000;

/** Waits until a round is answered or its time is up, closes it, and starts a retrain where enough labels came. */
export async function routeForReview(input: RouteForReviewInput): Promise<StepOutcome> {
  let told = false;
  setHandler(itemsSettled, () => { told = true; });
  for (let looks = 0; looks < looksMax; looks += 1) {
    told = false;
    const { state, left, settled, deadlineInMs } = await roundState(input);
    if (state === 'closed') return afterHand(input);
    if (left === 0) return close(input, `all ${settled} items are answered`);
    if (deadlineInMs <= 0) return close(input, `its time was up with ${left} items left`);
    await condition(() => told, Math.min(pollMs, deadlineInMs));
  }
  return close(input, 'it was open for too long');
}

async function close(input: RouteForReviewInput, because: string): Promise<StepOutcome> {
  const closed = await closeRound({ ...input, because });
  if (await enoughLabels(input.projectId)) await startRetrain(input, because);
  return closed;
}

/** Somebody closed it: what was answered by then counts as in any other round. */
async function afterHand(input: RouteForReviewInput): Promise<StepOutcome> {
  const name: PatchName = '2026-11-a-round-closed-by-hand-may-start-a-retrain';
  if (patched(name) && (await enoughLabels(input.projectId))) await startRetrain(input, 'closed by hand');
  return { outcome: 'done', why: 'closed by hand' };
}

async function startRetrain(input: RouteForReviewInput, because: string): Promise<void> {
  try {
    await startChild(retrainLight, {
      args: [{ projectId: input.projectId, kind: 'light', reason: `a round closed: ${because}`, key: `round/${input.roundId}` }],
      workflowId: retrainWorkflowId(input.projectId),
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    // One retrain a project at a time: what it has not seen the next one will.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

