import type { GateReportRecord, Promotion } from './ports-models.ts';

/** A run with everything that was kept of it. */
export interface RunDetails {
  readonly kind: string;
  readonly state: string;
  readonly reason: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>> | null;
  readonly mlflowRunId: string | null;
  readonly failure: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** What is known about one model version beside the version itself. */
export interface ModelDetails {
  run(runId: string): Promise<RunDetails | null>;
  /** As challenger, newest first; at most 100. */
  reports(projectId: string, versionId: string): Promise<readonly GateReportRecord[]>;
  /** Into and out of championship, newest first; at most 100. */
  promotions(projectId: string, versionId: string): Promise<readonly Promotion[]>;
}
