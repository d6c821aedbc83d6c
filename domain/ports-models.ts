import type { Preprocessing } from './preprocessing.ts';
import type { ArrivalWindows } from './label-weights.ts';
import type { Head } from './ports.ts';
import type { ManifestSplit } from './split-name.ts';

export interface ModelVersion {
  readonly id: string;
  readonly projectId: string;
  readonly number: number;
  readonly kind: 'cold_start' | 'light' | 'full' | 'imported' | 'elsewhere';
  readonly key: string;
  readonly runId: string | null;
  readonly datasetVersionId: string | null;
  readonly classSetId: string;
  readonly backboneDigest: string | null;
  readonly backboneKey: string | null;
  readonly preprocessing: Preprocessing | null;
  readonly preprocessingDigest: string | null;
  readonly headKey: string | null;
  readonly artifactKey: string | null;
  readonly artifactSha256: string | null;
  readonly artifactBytes: number | null;
  readonly dimensions: number | null;
  readonly mlflowVersion: string | null;
  readonly createdAt: Date;
}

export interface Run {
  readonly id: string;
  readonly projectId: string;
  readonly kind: 'cold_start' | 'light' | 'full' | 'import';
  readonly key: string;
  readonly datasetVersionId: string | null;
  readonly state: 'running' | 'done' | 'failed';
  readonly reason: string;
  readonly metrics: Record<string, number> | null;
  readonly mlflowRunId: string | null;
  readonly startedAt: Date;
}

export interface Promotion {
  readonly id: string;
  readonly sequence: number;
  readonly kind: 'first' | 'promotion' | 'rollback';
  readonly fromId: string | null;
  readonly toId: string;
  readonly gateReportId: string | null;
  readonly onCannotTell: boolean;
  readonly reason: string;
  readonly decidedBy: string;
  readonly createdAt: Date;
}

export interface GateReportRecord {
  readonly id: string;
  readonly championId: string;
  readonly challengerId: string;
  readonly verdict: 'pass' | 'hold' | 'cannot_tell';
  readonly sentence: string;
  readonly checks: readonly unknown[];
  readonly createdAt: Date;
}

/** Who decided to move the champion, from what to what, and why. */
export interface PromotionRequest {
  readonly projectId: string;
  readonly kind: Promotion['kind'];
  /** The champion the decision was made about; another one by now is PROMOTION_CONFLICT. */
  readonly fromId: string | null;
  readonly toId: string;
  readonly gateReportId: string | null;
  readonly onCannotTell: boolean;
  readonly reason: string;
  readonly decidedBy: string;
  readonly key: string;
  /** Day of the newest image, YYYY-MM-DD: "one automatic promotion a day" counts these. */
  readonly eventDay: string;
}

/** Runs, model versions, evaluations, gate reports and promotions. Writes are harmless when repeated with their key. */
export interface ModelRecords {
  startRun(run: { projectId: string; kind: Run['kind']; key: string; datasetVersionId: string | null; reason: string; parameters: Record<string, unknown>; workflowRunId: string | null }): Promise<Run>;
  runById(runId: string): Promise<Run | null>;
  /** A run that is done stays done. */
  failRun(runId: string, why: string): Promise<void>;
  /** With `run` that run is done in the same step: neither is ever there without the other. */
  insertVersion(version: Omit<ModelVersion, 'id' | 'number' | 'createdAt'>, run?: { id: string; mlflowRunId: string; metrics: Record<string, number> }): Promise<ModelVersion>;
  versionByKey(projectId: string, key: string): Promise<ModelVersion | null>;
  versionById(id: string): Promise<ModelVersion | null>;
  versionByNumber(projectId: string, number: number): Promise<ModelVersion | null>;
  /** Newest first, without predictions made elsewhere. */
  versions(projectId: string, limit: number): Promise<readonly ModelVersion[]>;
  champion(projectId: string): Promise<ModelVersion | null>;
  /** The challenger's evaluations come with the report, once for its key. */
  insertGateReport(
    report: { projectId: string; championId: string; challengerId: string; verdict: string; sentence: string; checks: readonly unknown[]; key: string },
    evaluations: readonly { holdout: string; images: number; metrics: Record<string, unknown> }[],
  ): Promise<GateReportRecord>;
  gateReports(projectId: string, limit: number): Promise<readonly GateReportRecord[]>;
  gateReportFor(projectId: string, challengerId: string): Promise<GateReportRecord | null>;
  /** @throws PerennialError PROMOTION_CONFLICT when the champion is not `fromId` any more */
  promote(request: PromotionRequest): Promise<Promotion>;
  promotionByKey(projectId: string, key: string): Promise<Promotion | null>;
  promotions(projectId: string, limit: number): Promise<readonly Promotion[]>;
  /** Promotions that no person decided, on one event day. */
  automaticPromotionsOn(projectId: string, eventDay: string): Promise<number>;
  latestEventDay(projectId: string): Promise<string | null>;
  /** Labels made after the dataset version of the newest light or cold-start run. */
  labelsSince(projectId: string, after: Date | null): Promise<number>;
}

/** Where we put the registry's aliases, and who else moved them. */
export interface AliasRecords {
  /** The registry's version that we last put an alias on; null where we never did. */
  lastSet(projectId: string, alias: string): Promise<string | null>;
  set(act: { projectId: string; alias: string; from: string | null; to: string }): Promise<void>;
  /** Somebody else moved it, from where we put it to somewhere. */
  moved(act: { projectId: string; alias: string; from: string; to: string | null; champion: string }): Promise<void>;
}

/** One labelled image of a frozen dataset version, as training and evaluation read it. */
export interface DatasetRow {
  readonly imageId: string;
  readonly sha256: string;
  readonly classId: number;
  readonly split: ManifestSplit;
  readonly group: string;
}

/** What training needs of dataset versions. */
export interface DatasetVersions {
  freeze(request: { projectId: string; reason: string; key: string; by: string }): Promise<{ outcome: 'done' | 'skipped'; why: string; versionId: string | null }>;
  /** The newest version, null where there is none. */
  latest(projectId: string): Promise<{ id: string; number: number; rootDigest: string; imageCount: number } | null>;
  byId(id: string): Promise<{ id: string; number: number; rootDigest: string; imageCount: number; labelsUntil: Date | null; createdAt: Date } | null>;
  rows(projectId: string, versionId: string): Promise<readonly DatasetRow[]>;
  /** Members of a holdout that have not retired, with one over the probability of having been drawn. */
  holdout(projectId: string, holdout: 'reference' | 'audit'): Promise<readonly { imageId: string; group: string; weight: number }[]>;
}

/** Stored embeddings by image; images without one under this backbone are absent from the answer. */
export interface EmbeddingReader {
  load(projectId: string, imageIds: readonly string[], weightsDigest: string, preprocessingDigest: string): Promise<ReadonlyMap<string, Float32Array>>;
}

export interface EmbeddingRecords {
  /** Images among these without an embedding of the backbone. */
  missing(projectId: string, imageIds: readonly string[], weightsDigest: string, preprocessingDigest: string): Promise<readonly string[]>;
  /** One block and whose its rows are, in order. */
  add(block: { id: string; projectId: string; objectKey: string; rows: number; dimensions: number; sha256: string; weightsDigest: string; preprocessingDigest: string }, imageIds: readonly string[]): Promise<void>;
}

/** Embeds what a backbone has not seen. */
export interface EmbeddingFiller {
  fill(
    projectId: string, images: readonly { readonly imageId: string; readonly sha256: string }[],
    backbone: { readonly bytes: Uint8Array; readonly weightsDigest: string; readonly preprocessingDigest: string }, onProgress: (sentence: string) => void,
  ): Promise<{ readonly embedded: number; readonly unreadable: number }>;
}

/** Pictures as a model takes them, before they become values: made once, kept, and read by training. */
export interface ModelInputViews {
  /** Makes those that are missing. @returns key and hash of each view by image; images that cannot be read are absent */
  ensure(
    projectId: string, images: readonly { readonly imageId: string; readonly sha256: string }[], preprocessing: Preprocessing, preprocessingDigest: string, onProgress: (sentence: string) => void,
  ): Promise<ReadonlyMap<string, { readonly key: string; readonly sha256: string }>>;
}

/** When labelled images came, and how many others with them. */
export interface ArrivalReader {
  /** @param until later rounds end no window: what a dataset version says must not change with what comes after it */
  windows(projectId: string, imageIds: readonly string[], until: Date): Promise<ArrivalWindows>;
}

/** Fits a head; `training/` behind it. */
export interface HeadTrainer {
  train(input: {
    embeddings: Float32Array; n: number; d: number; labels: readonly number[]; groups: readonly string[]; sampleWeights: Float32Array;
    classIds: readonly number[]; seed: number; previousHead: Head | null; onProgress: (sentence: string) => void;
  }): Promise<{ head: Head; metrics: Record<string, number>; parameters: Record<string, string> }>;
}

/** Puts a head and a backbone into one self-contained file, and reads a backbone's facts. */
export interface ModelFiles {
  compose(input: { backbone: Uint8Array; head: Head; classNames: readonly string[]; preprocessing: Preprocessing; notes: Record<string, string> }): Uint8Array;
  /** `embedding` is `logits` where nothing before the answers can be retrained on: an imported model without a linear last layer. */
  facts(backbone: Uint8Array): { weightsDigest: string; preprocessing: Preprocessing; preprocessingDigest: string; embedding: 'features' | 'logits' };
  encodeHead(head: Head): Uint8Array;
  decodeHead(bytes: Uint8Array): Head;
  sha256(bytes: Uint8Array): string;
}
