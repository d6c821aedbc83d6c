import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { defineQuery, executeChild, ParentClosePolicy, patched, setHandler, startChild, workflowInfo } from '@temporalio/workflow';
import type { RetrainInput, StepOutcome } from '../contracts/workflows.ts';
import { huntLabels } from './hunt-labels.ts';
import { huntWorkflowId, promoteWorkflowId } from './ids.ts';
import type { PatchName } from './patches.ts';
import { promoteModel, type PromoteReply } from './promote-model.ts';
import { freezeForRetrain, trainVersion } from './steps.ts';

/** What a retrain tells whoever asks while it runs, and at its end. */
export interface RetrainProgress {
  readonly step: string;
  readonly challengerId: string | null;
  readonly promote: PromoteReply | null;
  readonly outcome: StepOutcome | null;
}
export const retrainProgress = defineQuery<RetrainProgress>('retrainProgress');

/** Freeze what is labelled, fit a head, register it, and let it meet the champion at the gate. */
export async function retrainLight(input: RetrainInput): Promise<RetrainProgress> {
  let progress: RetrainProgress = { step: 'freezing the labels into a dataset version', challengerId: null, promote: null, outcome: null };
  setHandler(retrainProgress, () => progress);
  const { projectId, kind, reason } = input;
  // A schedule gives the same input each time: the execution's own id makes the key of each run its own.
  const key = `${input.key}/${workflowInfo().firstExecutionRunId}`;
  const frozen = await freezeForRetrain({ projectId, kind, reason, key });
  if (frozen.outcome !== 'done' || frozen.datasetVersionId === null) return { ...progress, step: 'done', outcome: { outcome: 'skipped', why: frozen.why } };
  progress = { ...progress, step: 'fitting and registering a model version' };
  const trained = await trainVersion({ projectId, kind, reason, key, datasetVersionId: frozen.datasetVersionId });
  if (trained.versionId === null) return { ...progress, step: 'done', outcome: { outcome: trained.outcome, why: trained.why } };
  progress = { ...progress, step: 'meeting the champion at the gate', challengerId: trained.versionId };
  const promoted = await executeChild(promoteModel, {
    args: [{ projectId, challengerId: trained.versionId, key }],
    workflowId: promoteWorkflowId(projectId, trained.versionId),
  });
  await startHunt(projectId, trained.versionId);
  return { ...progress, step: 'done', promote: promoted, outcome: { outcome: 'done', why: `${trained.why}; ${promoted.why}` } };
}

/** Labels disputed after one retrain; an adjudicator has a day's work with them at most. */
const disputesMax = 50;

/** By itself, behind the retrain: nobody waits for it, and what fails there takes nothing away. */
async function startHunt(projectId: string, versionId: string): Promise<void> {
  const name: PatchName = '2026-11-a-retrain-hunts-label-errors';
  if (!patched(name)) return;
  try {
    await startChild(huntLabels, { args: [{ projectId, versionId, itemsMax: disputesMax }], workflowId: huntWorkflowId(projectId, versionId), parentClosePolicy: ParentClosePolicy.ABANDON });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
