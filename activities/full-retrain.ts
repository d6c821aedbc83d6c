import { Context } from '@temporalio/activity';
import type { PrepareFullRequest } from '../application/models/prepare-full.ts';
import type { RegisterFullRequest } from '../application/models/register-full.ts';
import type { TrainVersionReply } from '../application/models/train-version.ts';
import type { StepOutcome } from '../contracts/workflows.ts';
import type { ModelRecords } from '../domain/ports-models.ts';

export interface FullRetrainActivitiesDependencies {
  readonly records: Pick<ModelRecords, 'failRun'>;
  /** Whether a training worker takes jobs. */
  readonly trainerListens: () => Promise<boolean>;
  readonly projectSlug: (projectId: string) => Promise<string>;
  readonly prepare: (request: PrepareFullRequest) => Promise<StepOutcome & { jobKey: string; runId: string }>;
  readonly register: (request: RegisterFullRequest) => Promise<TrainVersionReply>;
}

/** Steps of a full retrain on our side of the trainer; each is harmless when run twice with its key. */
export function createFullRetrainActivities(deps: FullRetrainActivitiesDependencies) {
  return {
    async trainerListens(): Promise<boolean> {
      return deps.trainerListens();
    },
    async prepareFull(input: Omit<PrepareFullRequest, 'onProgress' | 'workflowRunId'>): Promise<StepOutcome & { jobKey: string; runId: string }> {
      const context = Context.current();
      return deps.prepare({ ...input, workflowRunId: context.info.workflowExecution?.runId ?? null, onProgress: (sentence) => context.heartbeat(sentence) });
    },
    async registerFull(input: Omit<RegisterFullRequest, 'onProgress' | 'projectSlug'>): Promise<StepOutcome & { versionId: string | null; versionNumber: number | null }> {
      const context = Context.current();
      const { outcome, why, version } = await deps.register({ ...input, projectSlug: await deps.projectSlug(input.projectId), onProgress: (sentence) => context.heartbeat(sentence) });
      return { outcome, why, versionId: version?.id ?? null, versionNumber: version?.number ?? null };
    },
    async failFull({ runId, why }: { runId: string; why: string }): Promise<void> {
      await deps.records.failRun(runId, why);
    },
  };
}
export type FullRetrainActivities = ReturnType<typeof createFullRetrainActivities>;
