import { Context } from '@temporalio/activity';
import type { Judgement } from '../application/models/judge-challenger.ts';
import type { TrainVersionReply, TrainVersionRequest } from '../application/models/train-version.ts';
import { isPerennialError } from '../domain/errors.ts';
import { mayRetry } from './failure-map.ts';
import type { StepOutcome } from '../contracts/workflows.ts';
import type { DatasetVersions, ModelRecords, ModelVersion, Promotion } from '../domain/ports-models.ts';
import type { PromoteVersionRequest } from '../application/models/promote-version.ts';

export interface TrainingActivitiesDependencies {
  readonly records: ModelRecords;
  readonly datasets: DatasetVersions;
  readonly projectSlug: (projectId: string) => Promise<string>;
  readonly labelsMin: (projectId: string) => Promise<number>;
  readonly train: (request: TrainVersionRequest) => Promise<TrainVersionReply>;
  readonly judge: (request: { projectId: string; challengerId: string; key: string }) => Promise<Judgement>;
  readonly promote: (request: PromoteVersionRequest) => Promise<Promotion>;
  readonly reconcile: (projectId: string) => Promise<StepOutcome>;
  readonly setChallenger: (projectId: string, version: ModelVersion) => Promise<void>;
}

/** Tells Temporal what a long step does. */
function heartbeat(): (sentence: string) => void {
  const context = Context.current();
  return (sentence) => context.heartbeat(sentence);
}

/** A failure that is an answer: Temporal does not try again after it. */
const isOver = (error: unknown): boolean => isPerennialError(error) && !mayRetry(error.code);

/** Steps of retraining and promoting; each is harmless when run twice with its key. */
export function createTrainingActivities(deps: TrainingActivitiesDependencies) {
  return {
    /** Freezes what is labelled now; `skipped` where there is nothing to learn from. */
    async freezeForRetrain(input: { projectId: string; kind: 'light' | 'cold_start' | 'full'; reason: string; key: string }): Promise<StepOutcome & { datasetVersionId: string | null }> {
      const before = await deps.datasets.latest(input.projectId);
      const frozen = await deps.datasets.freeze({ projectId: input.projectId, reason: input.reason, key: input.key, by: 'workflow' });
      const datasetVersionId = frozen.versionId ?? before?.id ?? null;
      if (datasetVersionId === null) return { outcome: 'skipped', why: 'no image is labelled yet', datasetVersionId: null };
      if (frozen.outcome === 'skipped' && input.kind === 'light') {
        const newest = (await deps.records.versions(input.projectId, 1))[0];
        // Nothing new since the newest model version was made: the same data would make the same head.
        if (newest?.datasetVersionId === datasetVersionId) return { outcome: 'skipped', why: `nothing to learn: ${frozen.why}`, datasetVersionId };
      }
      if (frozen.outcome === 'skipped' && input.kind === 'full') {
        const full = (await deps.records.versions(input.projectId, 100)).find((version) => version.kind === 'full');
        if (full?.datasetVersionId === datasetVersionId) return { outcome: 'skipped', why: `nothing to learn since model version ${full.number}: ${frozen.why}`, datasetVersionId };
      }
      return { outcome: 'done', why: frozen.why, datasetVersionId };
    },
    async trainVersion(input: Omit<TrainVersionRequest, 'onProgress' | 'projectSlug' | 'workflowRunId' | 'isOver'>): Promise<StepOutcome & { versionId: string | null; versionNumber: number | null }> {
      const { workflowExecution } = Context.current().info;
      const { outcome, why, version } = await deps.train({ ...input, projectSlug: await deps.projectSlug(input.projectId), workflowRunId: workflowExecution?.runId ?? null, onProgress: heartbeat(), isOver });
      return { outcome, why, versionId: version?.id ?? null, versionNumber: version?.number ?? null };
    },
    async hasChampion(projectId: string): Promise<boolean> {
      return (await deps.records.champion(projectId)) !== null;
    },
    async judge(input: { projectId: string; challengerId: string; key: string }): Promise<{ action: Judgement['action']; onCannotTell: boolean; why: string; reportId: string; championId: string; staged?: boolean }> {
      const version = await deps.records.versionById(input.challengerId);
      if (version !== null) await deps.setChallenger(input.projectId, version);
      const { report, action, onCannotTell, why, staged } = await deps.judge(input);
      return { action, onCannotTell, why, reportId: report.id, championId: report.championId, staged };
    },
    async promote(input: PromoteVersionRequest): Promise<{ sequence: number }> {
      return { sequence: (await deps.promote(input)).sequence };
    },
    async reconcile(projectId: string): Promise<StepOutcome> {
      return deps.reconcile(projectId);
    },
  };
}
export type TrainingActivities = ReturnType<typeof createTrainingActivities>;
