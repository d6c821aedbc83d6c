/** How far a training is. */
export interface TrainingFigures {
  readonly stage?: string | undefined;
  readonly candidate?: string | undefined;
  readonly epoch?: number | undefined;
  readonly epochs?: number | undefined;
  readonly loss?: number | undefined;
  readonly images?: number | undefined;
  readonly of?: number | undefined;
  readonly imagesPerSecond?: number | undefined;
  readonly secondsLeft?: number | undefined;
  readonly device?: string | undefined;
}

/** What the api needs of workflows, in the product's words; Temporal behind it. */
export interface RetrainStatus {
  readonly id: string;
  readonly state: 'running' | 'done' | 'skipped' | 'failed' | 'cancelled';
  readonly step: string;
  /** What a trainer last told of itself; null where none works. */
  readonly progress: TrainingFigures | null;
  readonly why: string | null;
  readonly challengerId: string | null;
  readonly gateReportId: string | null;
  readonly promoted: boolean;
}

export interface Schedule {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly paused: boolean;
  readonly nextAt: Date | null;
  readonly lastAt: Date | null;
  readonly note: string | null;
  /** What it started, or a person did in its place, and that runs now; null where nothing does. */
  readonly running: { readonly id: string; readonly step: string; readonly progress: TrainingFigures | null } | null;
}

/** All methods: @throws PerennialError WORKFLOWS_UNAVAILABLE when Temporal does not answer. */
export interface Workflows {
  /** Starts a retrain, or answers with the one that runs already. The same key starts one. */
  startRetrain(request: { projectId: string; kind: 'light' | 'cold_start'; reason: string; key: string }): Promise<RetrainStatus>;
  /** The same for a full retrain; `options` are those of contracts/training.ts. */
  startFullRetrain(request: { projectId: string; reason: string; key: string; options: object }): Promise<RetrainStatus>;
  /** Asks a retrain to end; what it has made by then stays. @throws PerennialError REQUEST_NOT_FOUND */
  cancelRetrain(projectId: string, id: string): Promise<void>;
  /** @throws PerennialError REQUEST_NOT_FOUND */
  retrainStatus(projectId: string, id: string): Promise<RetrainStatus>;
  /** Collects a round now and answers when it is open. The same key collects once. */
  collectNow(request: { projectId: string; reason: string; key: string; itemsMax: number | null }): Promise<{ outcome: 'done' | 'skipped' | 'held'; why: string; roundId: string | null }>;
  /** Looks now for labels that are probably wrong, and answers with how many go to an adjudicator. The same key looks once. */
  huntNow(request: { projectId: string; versionId: string | null; itemsMax: number; key: string }): Promise<{ outcome: 'done' | 'skipped' | 'held'; why: string; looked: number; disputed: number; items: number }>;
  /** Lets a challenge walk its road; one that walks already goes on. */
  startRoad(projectId: string, challengeId: string): Promise<void>;
  /** What a person decides, answered when it was done. The same key is done once. @throws PerennialError REQUEST_NOT_FOUND where the road is over */
  actOnRoad(projectId: string, challengeId: string, act: { act: 'approve' | 'hold' | 'abort' | 'roll_back'; by: string; reason: string; key: string }): Promise<{ outcome: 'done' | 'skipped' | 'held'; why: string }>;
  /** Something happened on a road: its workflow looks now and not at its next turn. A road that is over does not mind. */
  lookAtRoad(projectId: string, challengeId: string): Promise<void>;
  /** Rehearses a rollback and answers with how long it took. The same key rehearses once. */
  drillNow(request: { projectId: string; startedBy: string; key: string }): Promise<{ outcome: 'done' | 'skipped' | 'held'; why: string; backMs: number | null; forthMs: number | null }>;
  /** Tells a round that items were settled; a round that is over does not mind. */
  itemsSettled(projectId: string, roundId: string): Promise<void>;
  /** Makes the project's schedules where they are not there; edits made since stay. */
  ensureSchedules(project: { id: string; timeZone: string }): Promise<void>;
  schedules(projectId: string): Promise<readonly Schedule[]>;
  editSchedule(projectId: string, name: string, edit: { cron?: string | undefined; timeZone?: string | undefined; paused?: boolean | undefined }): Promise<void>;
  runSchedule(projectId: string, name: string): Promise<void>;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The schedules a project has, by name. */
export const scheduleNames = ['collect-predictions-daily', 'retrain-light-weekly', 'retrain-full-monthly', 'drill-rollback-weekly'] as const;
export type ScheduleName = (typeof scheduleNames)[number];
