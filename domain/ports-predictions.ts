import type { Flag } from './flag.ts';
import type { ImageStatistics, ProjectClass } from './prediction.ts';
import type { Policy } from './policy.ts';
import type { Backbone, Head } from './ports.ts';
import type { ModelVersion } from './ports-models.ts';
import type { Contest } from './ports-shadow.ts';

/** What answers in a project at this moment; taken once a request, so a swap never splits one. */
export interface ServedModel {
  readonly version: ModelVersion;
  readonly head: Head;
  readonly backbone: Backbone;
}

export interface ServedProject {
  readonly id: string;
  readonly slug: string;
  readonly timeZone: string;
  readonly classes: readonly ProjectClass[];
  readonly policy: Policy;
  readonly policyVersionId: string;
}

/** Loads what a project answers with; a change is seen within a second. */
export interface ModelPool {
  project(slug: string): Promise<ServedProject>;
  /** @throws PerennialError PROJECT_HAS_NO_MODEL */
  champion(projectId: string): Promise<ServedModel>;
  /** The route this champion is on, with the other model loaded; null where there is none, or the other is not ready or at fault. */
  contest(projectId: string, champion: ServedModel): Contest | null;
  /** @throws PerennialError MODEL_VERSION_NOT_FOUND */
  version(projectId: string, number: number): Promise<ServedModel>;
  /** The champion's backbone, or the default one where there is no champion yet. */
  backboneFor(projectId: string): Promise<Backbone>;
  /** Embeddings by way of the batcher of a backbone. */
  embed(backbone: Backbone, input: Float32Array, signal?: AbortSignal): Promise<{ embedding: Float32Array; logits: Float32Array | null }>;
}

export interface StoredImage {
  readonly id: string;
  readonly sha256: string;
  readonly objectKey: string;
  readonly byteSize: number;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly statistics: ImageStatistics;
}

/** Everything one accepted image leaves behind, written in one transaction with the others of its request. */
export interface Acceptance {
  readonly image: StoredImage;
  readonly arrival: { id: string; camera: string | null; burstKey: string | null; fileName: string | null; exifTime: string | null; capturedAt: Date | null };
  readonly embedding: { blockId: string; row: number };
  readonly prediction: null | {
    readonly id: string; readonly modelVersionId: string; readonly policyVersionId: string; readonly probabilities: readonly number[]; readonly topClassId: number;
    readonly confidence: number; readonly rawScore: number; readonly margin: number; readonly novelty: number | null;
    readonly purpose: 'champion' | 'canary' | 'elsewhere'; readonly audit: boolean; readonly auditShare: number; readonly flags: readonly Flag[];
    readonly item: null | { id: string; purpose: 'audit' | 'flagged'; blind: boolean; value: number; answersWanted: number };
  };
}

/** What one request leaves behind, with the reply that its key will always get. */
export interface AcceptanceRequest {
  readonly sentBy: string;
  readonly key: string;
  readonly bodyHash: string;
  readonly acceptances: readonly Acceptance[];
  readonly refused: readonly { id: string; sha256: string; fileName: string | null; code: string }[];
  /** Made from the ids that really hold: an image that was there already keeps its id. */
  readonly reply: (imageIds: ReadonlyMap<string, string>, receivedAt: Date) => unknown;
}

/** Requests of one project that came at about the same time; they share a block of embeddings and a transaction. */
export interface AcceptanceBatch {
  readonly projectId: string;
  readonly block: null | { id: string; objectKey: string; rows: number; dimensions: number; sha256: string; weightsDigest: string; preprocessingDigest: string };
  /** Most bits two near copies differ by; -1 turns looking for them off. */
  readonly nearDuplicateBits: number;
  readonly requests: readonly AcceptanceRequest[];
}

export interface PredictionRecords {
  /** The stored reply to a key, null where it is new. @throws PerennialError IDEMPOTENCY_KEY_REUSED for another body */
  replyTo(client: string, key: string, bodyHash: string): Promise<unknown>;
  /**
   * Writes all requests or none, each reply under its key, and gives the replies in order. Of a lone request whose key is
   * known by now, the stored reply; several are written again one by one by whoever put them together.
   */
  accept(batch: AcceptanceBatch): Promise<readonly unknown[]>;
  /** For each of the moments, the newest image of its camera at or before it and within the seconds; for burst keys. */
  previousOf(projectId: string, moments: readonly { camera: string; at: Date }[], withinSeconds: number): Promise<readonly ({ burstKey: string; capturedAt: Date } | null)[]>;
}

/** A stored prediction with what is needed to tell it. Flags without `audit`: who reads must not know what is measured. */
export interface StoredPrediction {
  readonly id: string;
  readonly imageId: string;
  readonly arrivalId: string;
  readonly sha256: string;
  readonly modelVersion: { readonly id: string; readonly number: number; readonly kind: string };
  readonly classes: readonly { readonly classId: number; readonly name: string; readonly probability: number }[];
  readonly topClassId: number;
  readonly confidence: number;
  readonly margin: number;
  readonly novelty: number | null;
  readonly flags: readonly Flag[];
  readonly camera: string | null;
  readonly capturedAt: Date | null;
  readonly createdAt: Date;
}

export interface PredictionFilter {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly flag?: Flag['reason'] | undefined;
  readonly camera?: string | undefined;
  readonly classId?: number | undefined;
}

export interface PredictionReader {
  /** Newest first. */
  list(projectId: string, filter: PredictionFilter): Promise<{ readonly items: readonly StoredPrediction[]; readonly next: string | null }>;
  one(projectId: string, id: string): Promise<StoredPrediction | null>;
}

export interface ReportRecords {
  /**
   * Flags a prediction as reported and, where nobody was asked about it yet, opens a review item; once for a prediction.
   * @throws PerennialError PREDICTION_NOT_FOUND
   */
  report(report: { projectId: string; predictionId: string; by: string; classId: number | null; comment: string | null; blind: boolean; value: number; answersWanted: number }): Promise<{ outcome: 'done' | 'skipped'; why: string; reviewItemId: string | null }>;
}
