import { ActivityFailure, CancellationScope, executeChild, isCancellation, patched, setHandler, workflowInfo } from '@temporalio/workflow';
import type { RetrainFullInput } from '../contracts/workflows.ts';
import { promoteWorkflowId } from './ids.ts';
import type { PatchName } from './patches.ts';
import { promoteModel } from './promote-model.ts';
import { type RetrainProgress, retrainProgress } from './retrain-light.ts';
import { failFull, freezeForRetrain, prepareFull, registerFull, trainerListens, trainFull } from './steps.ts';

/** Freeze what is labelled, hand it to a trainer, register what comes back, and let it meet the champion at the gate. */
export async function retrainFull(input: RetrainFullInput): Promise<RetrainProgress> {
  let progress: RetrainProgress = { step: 'freezing the labels into a dataset version', challengerId: null, promote: null, outcome: null };
  setHandler(retrainProgress, () => progress);
  const { projectId, reason, options } = input;
  if (await startedInVain(input)) return { ...progress, step: 'done', outcome: { outcome: 'skipped', why: noTrainer } };
  // A schedule gives the same input each time: the execution's own id makes the key of each run its own.
  const key = `${input.key}/${workflowInfo().firstExecutionRunId}`;
  const frozen = await freezeForRetrain({ projectId, kind: 'full', reason, key });
  const { datasetVersionId } = frozen;
  if (frozen.outcome !== 'done' || datasetVersionId === null) return { ...progress, step: 'done', outcome: { outcome: 'skipped', why: frozen.why } };
  progress = { ...progress, step: 'making the pictures that training reads' };
  const { jobKey, runId } = await prepareFull({ projectId, datasetVersionId, reason, key, options });
  try {
    progress = { ...progress, step: 'training' };
    const { resultKey } = await trainFull({ jobKey });
    progress = { ...progress, step: 'embedding the images and registering a model version' };
    const made = await registerFull({ projectId, datasetVersionId, reason, key, runId, resultKey });
    if (made.versionId === null) return { ...progress, step: 'done', outcome: { outcome: made.outcome, why: made.why } };
    progress = { ...progress, step: 'meeting the champion at the gate', challengerId: made.versionId };
    const promoted = await executeChild(promoteModel, { args: [{ projectId, challengerId: made.versionId, key }], workflowId: promoteWorkflowId(projectId, made.versionId) });
    return { ...progress, step: 'done', promote: promoted, outcome: { outcome: 'done', why: `${made.why}; ${promoted.why}` } };
  } catch (error) {
    // A version that is made stays made, whatever became of its promotion.
    if (progress.challengerId === null) await CancellationScope.nonCancellable(() => failFull({ runId, why: isCancellation(error) ? 'cancelled' : whyOf(error) }));
    throw error;
  }
}

const noTrainer = 'there is no training worker: perennial trainer install makes this machine one, and docs/trainer-contract.md says how another can be';

/** A schedule asks for a full retrain on every machine; where nobody could train, it ends at once. A person's request waits for a worker. */
async function startedInVain({ key }: RetrainFullInput): Promise<boolean> {
  const name: PatchName = '2026-11-a-scheduled-full-retrain-needs-a-trainer';
  return key === 'schedule' && patched(name) && !(await trainerListens());
}

const whyOf = (error: unknown): string => (error instanceof ActivityFailure && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : String(error));
