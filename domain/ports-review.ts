import type { Flag } from './flag.ts';
import type { Policy } from './policy.ts';
import type { AnnotationKind, ReviewItemState, Verdict } from './review.ts';

export interface RoundRecord {
  readonly id: string;
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly reason: string;
  readonly itemCount: number;
  readonly settled: number;
  readonly openedAt: Date;
  readonly deadlineAt: Date;
  readonly closedAt: Date | null;
  readonly closedBecause: string | null;
}

/** An item that somebody holds, with all that is known of it; who shows it takes the prediction off blind ones. */
export interface HeldItem {
  readonly id: string;
  readonly roundId: string | null;
  readonly imageId: string;
  readonly fence: number;
  readonly leaseExpiresAt: Date;
  readonly blind: boolean;
  readonly width: number;
  readonly height: number;
  readonly camera: string | null;
  readonly capturedAt: Date | null;
  /** The item and those that stand behind it; at least 1. */
  readonly burstSize: number;
  readonly prediction: null | {
    /** By descending probability. */
    readonly classes: readonly { readonly classId: number; readonly probability: number }[];
    readonly confidence: number;
    readonly flags: readonly Flag[];
    readonly modelVersionNumber: number;
  };
}

export interface ReviewProgress {
  readonly round: RoundRecord | null;
  readonly waiting: number;
  readonly open: number;
  readonly settled: number;
  /** Answers of the asker to items of the round that hold. */
  readonly mine: number;
}

export interface NewAnnotation {
  readonly projectId: string;
  readonly itemId: string;
  readonly userId: string;
  readonly key: string;
  readonly fence: number;
  readonly kind: AnnotationKind;
  readonly classId: number | null;
  readonly comment: string | null;
  readonly leadTimeMs: number | null;
}

export interface CollectRequest {
  readonly projectId: string;
  readonly reason: string;
  readonly key: string;
  readonly itemsMax?: number | null;
  readonly policy: Policy;
  readonly policyVersionId: string;
}

type Step = { readonly outcome: 'done' | 'skipped' | 'held'; readonly why: string };

/** Review rounds, items, leases and annotations. Time is the database's. */
export interface ReviewRecords {
  /** Opens a round over what is worth asking; the same key opens one. */
  collectRound(request: CollectRequest): Promise<Step & { readonly roundId: string | null }>;
  /** @throws PerennialError REVIEW_ROUND_NOT_FOUND */
  roundState(round: { projectId: string; roundId: string }): Promise<{ state: 'open' | 'closed'; left: number; settled: number; deadlineInMs: number }>;
  /** Items nobody answered wait again; half answered ones go to an adjudicator. @throws PerennialError REVIEW_ROUND_NOT_FOUND */
  closeRound(round: { projectId: string; roundId: string; because: string }): Promise<Step>;
  round(projectId: string, roundId: string): Promise<RoundRecord | null>;
  rounds(projectId: string, limit: number): Promise<readonly RoundRecord[]>;
  /** Up to `count` items beside those the asker says it has (`holding`): other ones it holds first, then new ones; never one that somebody else holds. */
  claim(request: { projectId: string; userId: string; count: number; holding?: readonly string[]; leaseSeconds: number }): Promise<readonly HeldItem[]>;
  progress(projectId: string, userId: string): Promise<ReviewProgress>;
  renew(request: { projectId: string; userId: string; leaseSeconds: number; items: readonly { id: string; fence: number }[] }): Promise<readonly string[]>;
  release(request: { projectId: string; userId: string; itemIds: readonly string[] }): Promise<void>;
  /** @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED, IDEMPOTENCY_KEY_REUSED */
  annotate(annotation: NewAnnotation): Promise<{ annotationId: string; itemState: ReviewItemState }>;
  /** @throws PerennialError ANNOTATION_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED */
  withdraw(request: { projectId: string; annotationId: string; userId: string; key: string; leaseSeconds: number }): Promise<HeldItem>;
  /** Settles an unresolved item. @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED */
  adjudicate(request: { projectId: string; itemId: string; userId: string; verdict: Verdict; comment: string | null }): Promise<{ labelId: string }>;
}

export interface LabelRecord {
  readonly id: string;
  readonly imageId: string;
  readonly kind: string;
  readonly classId: number | null;
  readonly source: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface LabelRecords {
  /** A label that is there already, or that a person has corrected since, stays. */
  importLabels(request: { projectId: string; by: string; labels: readonly { sha256: string; classId: number; group: string | null }[] }): Promise<{ created: number; unchanged: number; unknownImages: readonly string[] }>;
  /** Images of the project by their hashes; unknown hashes are left out. */
  imageIds(projectId: string, hashes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Newest first, those that hold alone. */
  list(projectId: string, after: string | null, limit: number): Promise<readonly LabelRecord[]>;
}
