import type { GivenAnswer } from './agreement-report.ts';
import type { UnresolvedReason } from './adjudication.ts';
import type { ClassChange, DescribedClass } from './class-changes.ts';
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

/** Where an item stands, and whether the asker holds it now. */
export interface ItemStanding {
  readonly imageId: string;
  readonly predictionId: string | null;
  readonly blind: boolean;
  readonly state: ReviewItemState;
  readonly held: boolean;
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
  /** With "not in the list": the class that should be there. */
  readonly proposedName?: string | null;
  readonly leadTimeMs: number | null;
}

/** One decision for an item and the frames behind it. */
export interface BurstAnswer extends NewAnnotation {
  /** Images that were loaded and on screen. */
  readonly seen: readonly string[];
  readonly exceptions: readonly { readonly imageId: string; readonly kind: AnnotationKind; readonly classId: number | null }[];
}

/** One image of a burst, as it stands around an item. */
export interface FrameRecord {
  readonly imageId: string;
  readonly width: number;
  readonly height: number;
  readonly capturedAt: Date | null;
  readonly leads: boolean;
  readonly answerable: boolean;
  readonly topClassId: number | null;
  readonly confidence: number | null;
}

/** Bursts: looked at frame by frame, answered in one decision. */
export interface BurstRecords {
  /** By item; hidden pictures are left out. */
  frames(projectId: string, itemIds: readonly string[]): Promise<ReadonlyMap<string, readonly FrameRecord[]>>;
  /** @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED, REVIEW_IMAGE_NOT_SEEN, IMAGE_NOT_FOUND, IDEMPOTENCY_KEY_REUSED */
  annotateBurst(answer: BurstAnswer): Promise<{ annotationId: string; itemState: ReviewItemState; answered: number; spread: number }>;
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
  /** Newest first; `before` is a number, and not among them. */
  rounds(projectId: string, limit: number, before?: number | null): Promise<readonly RoundRecord[]>;
  /** Up to `count` items beside those the asker says it has (`holding`): other ones it holds first, then new ones; never one that somebody else holds. */
  claim(request: { projectId: string; userId: string; count: number; holding?: readonly string[]; leaseSeconds: number }): Promise<readonly HeldItem[]>;
  progress(projectId: string, userId: string): Promise<ReviewProgress>;
  renew(request: { projectId: string; userId: string; leaseSeconds: number; items: readonly { id: string; fence: number }[] }): Promise<readonly string[]>;
  /** Gives items back before their time: those that were held under the fence given. */
  release(request: { projectId: string; userId: string; items: readonly { id: string; fence: number }[] }): Promise<readonly string[]>;
  /** Where an item stands towards one person; null where there is none. */
  standing(projectId: string, itemId: string, userId: string): Promise<ItemStanding | null>;
  /** @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED, IDEMPOTENCY_KEY_REUSED */
  annotate(annotation: NewAnnotation): Promise<{ annotationId: string; itemState: ReviewItemState }>;
  /** @throws PerennialError ANNOTATION_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED */
  withdraw(request: { projectId: string; annotationId: string; userId: string; key: string; leaseSeconds: number }): Promise<HeldItem>;
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

/** Which images are for admins alone. Acts are appended; the newest holds. */
export interface ImageVisibilityRecords {
  /** Those of the given images that are hidden. */
  hidden(imageIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** @throws PerennialError IMAGE_NOT_FOUND */
  setVisibility(act: { projectId: string; imageId: string; hidden: boolean; reason: string; by: string }): Promise<void>;
  acts(projectId: string, imageId: string): Promise<readonly { hidden: boolean; reason: string; by: string; at: Date }[]>;
  hiddenIds(projectId: string, page: { after: string | null; limit: number }): Promise<readonly string[]>;
}

/** An unresolved item as it stands in the queue. */
export interface AdjudicationEntry {
  readonly id: string;
  readonly imageId: string;
  readonly roundNumber: number | null;
  readonly why: UnresolvedReason;
  /** What a wrong label would cost; 1 is one ordinary mistake. */
  readonly expectedCost: number;
  readonly split: readonly { readonly kind: string; readonly classId: number | null; readonly count: number }[];
  readonly camera: string | null;
  readonly capturedAt: Date | null;
  readonly createdAt: Date;
  readonly state: ReviewItemState;
  readonly blind: boolean;
}

type Person = { readonly id: string; readonly name: string };

/** Everything said about an item. */
export interface AdjudicationDetailRecord extends AdjudicationEntry {
  readonly width: number;
  readonly height: number;
  readonly prediction: HeldItem['prediction'];
  readonly given: readonly {
    readonly annotationId: string; readonly person: Person; readonly kind: string; readonly classId: number | null; readonly proposedName: string | null; readonly comment: string | null;
    readonly leadTimeMs: number | null; readonly propagated: boolean; readonly withdrawn: boolean; readonly createdAt: Date;
  }[];
  readonly adjudications: readonly { readonly id: string; readonly person: Person; readonly kind: string; readonly classId: number | null; readonly comment: string | null; readonly withdrawn: boolean; readonly createdAt: Date }[];
  readonly label: null | { readonly kind: string; readonly classId: number | null; readonly source: string; readonly createdAt: Date };
  readonly dispute: null | { readonly modelVersionNumber: number; readonly classId: number; readonly probability: number; readonly labelProbability: number };
  /** Images that the verdict goes to as well. */
  readonly behind: readonly string[];
}

/** What people disagree about, and who settles it. */
export interface AdjudicationRecords {
  /** Dearest first, beyond the one given. */
  unresolved(projectId: string, page: { after: { expectedCost: number; id: string } | null; limit: number; why: UnresolvedReason | null }): Promise<{ entries: readonly AdjudicationEntry[]; total: number }>;
  adjudicationDetail(projectId: string, itemId: string): Promise<AdjudicationDetailRecord | null>;
  /** Settles an unresolved item. The same key has one effect. @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, IDEMPOTENCY_KEY_REUSED */
  adjudicate(request: { projectId: string; itemId: string; userId: string; verdict: Verdict; comment: string | null; key: string }): Promise<{ adjudicationId: string; labelId: string }>;
  /** Takes a verdict back: one's own, or with `anyones` anybody's; the label of before holds again. @throws PerennialError ADJUDICATION_NOT_FOUND, IDEMPOTENCY_KEY_REUSED */
  withdrawAdjudication(request: { projectId: string; adjudicationId: string; userId: string; anyones: boolean; key: string }): Promise<{ itemId: string }>;
}

/** Pages of images that the model puts in one class. Blind items are never among them. */
export interface GridRecords {
  gridClasses(projectId: string, userId: string): Promise<readonly { classId: number; count: number }[]>;
  claimGrid(request: { projectId: string; userId: string; classIds: readonly number[]; count: number; holding: readonly string[]; leaseSeconds: number }): Promise<readonly HeldItem[]>;
  /** Which image an item is about, and whether it is blind; unknown ids are left out. */
  itemFacts(projectId: string, itemIds: readonly string[]): Promise<ReadonlyMap<string, { imageId: string; blind: boolean }>>;
  /** Writes answers, each by its own key; one that is refused does not stop the others. */
  annotateMany(annotations: readonly NewAnnotation[]): Promise<readonly ({ itemId: string; annotationId: string; itemState: ReviewItemState } | { itemId: string; refused: string })[]>;
}

export interface RoundFigures {
  readonly open: number; readonly held: number; readonly settled: number; readonly unresolved: number;
  readonly answersLastHour: number; readonly peopleLastHour: number; readonly imagesLastHour: number;
  readonly leadTimeMsMedian: number | null;
  /** Answers that the open items still want. */
  readonly answersLeft: number;
  readonly now: Date;
}

export interface RoundItemRecord {
  readonly id: string; readonly imageId: string; readonly state: ReviewItemState; readonly blind: boolean; readonly answers: number; readonly answersWanted: number;
  readonly topClassId: number | null; readonly confidence: number | null; readonly heldBy: string | null; readonly labelKind: string | null; readonly labelClassId: number | null;
}

export interface RoundFigureRecords {
  roundFigures(projectId: string, roundId: string): Promise<RoundFigures>;
  roundItems(projectId: string, roundId: string, page: { after: string | null; limit: number; state: string | null }): Promise<readonly RoundItemRecord[]>;
  /** @throws PerennialError REVIEW_ROUND_NOT_FOUND, REVIEW_ROUND_CLOSED, REQUEST_INVALID for a time that is past */
  moveDeadline(request: { projectId: string; roundId: string; deadlineAt: Date }): Promise<void>;
}

export interface PersonFigures {
  readonly answers: number; readonly images: number; readonly skips: number; readonly withdrawn: number;
  readonly leadTimeMsMedian: number | null; readonly leadTimeMsP90: number | null; readonly leadTimeMsSum: number; readonly answersLastHour: number;
}
export interface PersonDay { readonly day: string; readonly answers: number; readonly images: number; readonly leadTimeMsMedian: number | null }

/** What people answered. */
export interface StatisticsRecords {
  personFigures(request: { projectId: string; userId: string; days: number }): Promise<PersonFigures>;
  personDays(request: { projectId: string; userId: string; days: number; timeZone: string }): Promise<readonly PersonDay[]>;
  /** Settled items that others answered, too, or an adjudicator settled; and how often the label is this person's. */
  agreed(request: { projectId: string; userId: string; days: number }): Promise<{ items: number; same: number }>;
  answerers(projectId: string, days: number): Promise<readonly { id: string; name: string; role: string | null }[]>;
}

/** What helps to decide about an item, or to know a class. Hidden pictures and gold images are never among those shown. */
export interface EvidenceRecords {
  itemEvidence(projectId: string, itemId: string): Promise<null | {
    readonly item: Omit<HeldItem, 'leaseExpiresAt'>; readonly margin: number | null; readonly novelty: number | null;
    /** Of the model that answered: where its embedding of the image is found. */
    readonly weightsDigest: string | null; readonly preprocessingDigest: string | null;
    readonly mediaType: string; readonly figures: Record<string, number>; readonly site: string | null; readonly fileName: string | null; readonly exifTime: string | null; readonly receivedAt: Date | null;
  }>;
  /** The newest labelled images, at most so many of each class. */
  labelledSample(projectId: string, perClass: number): Promise<readonly { imageId: string; classId: number }[]>;
  labelCounts(projectId: string): Promise<readonly { classId: number; count: number }[]>;
  /** The surest labels first. */
  classExamples(projectId: string, classId: number): Promise<readonly { imageId: string; camera: string | null; burstKey: string | null; capturedAt: Date | null }[]>;
  /** Classes that others gave to the same items, most often first. */
  confusedWith(projectId: string, classId: number): Promise<readonly { classId: number; count: number }[]>;
  describedClasses(projectId: string): Promise<readonly { classId: number; name: string; description: string | null }[]>;
}

/** Images whose label is known for certain, and answers by which people are compared. */
export interface GoldRecords {
  addGold(request: { projectId: string; imageIds: readonly string[]; by: string }): Promise<{ added: number; skipped: readonly { imageId: string; why: 'no_label' | 'already' | 'unknown' | 'hidden' }[] }>;
  /** @throws PerennialError IMAGE_NOT_FOUND */
  retireGold(request: { projectId: string; imageId: string; by: string }): Promise<void>;
  goldImages(projectId: string, page: { after: string | null; limit: number }): Promise<readonly { imageId: string; classId: number; asked: number; right: number; addedBy: string; addedAt: Date }[]>;
  /** At random among the surest: adjudicated, or agreed on by two people; never of the audit sample. */
  goldCandidates(projectId: string, limit: number): Promise<readonly { imageId: string }[]>;
  /** Answers that hold to items that two people answered, and to gold items. */
  answersForAgreement(projectId: string, days: number): Promise<readonly GivenAnswer[]>;
}

export interface ClassChangeOutcome {
  readonly version: number;
  readonly classIds: readonly number[];
  readonly labelsMoved: number;
  readonly itemsAsked: number;
  readonly policyVersion: number;
}
type ClassAct = { readonly projectId: string; readonly by: string; readonly key: string };

/** Classes of a project, as versions of a list and recorded acts; the same key has one effect. */
export interface ClassRecords {
  /** @throws PerennialError CLASS_EXISTS */
  addClass(request: ClassAct & { name: string; description: string | null }): Promise<ClassChangeOutcome>;
  /** @throws PerennialError CLASS_UNKNOWN, CLASS_EXISTS */
  editClass(request: ClassAct & { classId: number; name?: string | undefined; description?: string | null | undefined }): Promise<ClassChangeOutcome>;
  /** Labels of `from` become labels of `into`. @throws PerennialError CLASS_UNKNOWN, TRAINING_TOO_FEW_CLASSES */
  mergeClasses(request: ClassAct & { from: readonly number[]; into: number }): Promise<ClassChangeOutcome>;
  /** Images that are named get their new class; all others are asked about again. @throws PerennialError CLASS_UNKNOWN, CLASS_EXISTS */
  splitClass(request: ClassAct & { classId: number; into: readonly { name: string; description: string | null; imageIds: readonly string[] }[] }): Promise<ClassChangeOutcome>;
  classesNow(projectId: string): Promise<{ version: number; classes: readonly DescribedClass[] }>;
  classChanges(projectId: string): Promise<readonly (ClassChange & { at: Date })[]>;
  /** Names of all classes there ever were. */
  everyClassName(projectId: string): Promise<ReadonlyMap<number, string>>;
  /** What people said should be in the list, most often first. */
  proposals(projectId: string): Promise<readonly { name: string; count: number; people: number; newestItem: string; newestAt: Date; comments: readonly string[] }[]>;
}

/** Labels that a model disputes. */
export interface DisputeRecords {
  /** The labels that hold and may be disputed, by image: none of an adjudicator, of a holdout or the audit sample, of a gold or hidden image, none disputed before. */
  labelsStanding(projectId: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Each becomes an item for an adjudicator, once. @returns how many did */
  dispute(request: { projectId: string; modelVersionId: string; disputes: readonly { labelId: string; imageId: string; classId: number; probability: number; labelProbability: number; cost: number }[] }): Promise<number>;
}

/** Everything that the pages of review read and write. */
export type WorkbenchRecords = ReviewRecords & LabelRecords & BurstRecords & AdjudicationRecords & ImageVisibilityRecords & GridRecords & RoundFigureRecords & StatisticsRecords & EvidenceRecords & GoldRecords & ClassRecords & DisputeRecords & { namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> };
