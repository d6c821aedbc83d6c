import type { KnownGroups, UngroupedImage } from './image-groups.ts';
import type { ManifestRow } from './manifest.ts';
import type { ManifestSplit } from './split-name.ts';

/** An image that changed since the version before, as it is now; `group` null where it is on no side. */
export interface FreezeRow {
  readonly imageId: string;
  readonly sha256: string;
  /** Of its newest label: class, unusable or withdrawn. */
  readonly kind: string;
  readonly classId: number | null;
  readonly labelId: string;
  readonly group: string | null;
  readonly split: ManifestSplit | null;
}

/** A group that has no side yet, and where its images come from. */
export interface UnplacedGroup {
  readonly groupKey: string;
  readonly audit: boolean;
  readonly imported: boolean;
}

/** One freeze under way, in one transaction: it sees what changed and nothing else. */
export interface FreezeSession {
  /** Changed images that belong to no group yet, all those of a camera in one lot. `remember` each lot before taking the next. */
  ungrouped(nearDuplicateBits: number): AsyncIterable<readonly UngroupedImage[]>;
  knownGroups(keys: readonly string[]): Promise<KnownGroups>;
  remember(groups: readonly { imageId: string; groupKey: string }[]): Promise<void>;
  /** `place` each lot before taking the next. */
  unplaced(): AsyncIterable<readonly UnplacedGroup[]>;
  /** Sticky: a group that has a side keeps it. */
  place(sides: readonly { groupKey: string; split: ManifestSplit }[]): Promise<void>;
  addHoldouts(): Promise<void>;
  /** In order of `sha256`. */
  rows(after: string, limit: number): Promise<readonly FreezeRow[]>;
}

export interface DatasetVersionRecord {
  readonly id: string;
  readonly projectId: string;
  readonly number: number;
  readonly parentId: string | null;
  readonly rootDigest: string;
  readonly imageCount: number;
  readonly splitCounts: Record<string, number>;
  readonly classCounts: Record<string, number>;
  readonly reason: string;
  readonly bytesWritten: number;
  /** Labels up to here are in it, by the database's clock; null in versions from before this was kept. */
  readonly labelsUntil: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** How the two holdouts stand. */
export interface HoldoutStanding {
  readonly audit: { readonly images: number; readonly oldest: Date | null; readonly newest: Date | null; /** Images that a newer audit holdout has taken the place of. */ readonly retirable: number };
  /** `looks`: decisions that were taken with it. */
  readonly reference: { readonly images: number; readonly looks: number };
}

export interface FreezeStart {
  /** The version that the changes are against; null where all images are looked at anew. */
  readonly base: DatasetVersionRecord | null;
  /** The newest version, if any. */
  readonly parent: DatasetVersionRecord | null;
  /** Labels up to here are looked at, by the database's clock. */
  readonly until: Date;
}

/** What a freeze comes to: a version to keep, or none. */
export interface FreezeOutcome<T> {
  readonly result: T;
  readonly version: (Omit<DatasetVersionRecord, 'id' | 'number' | 'createdAt'> & { readonly key: string; readonly classSetId: string }) | null;
}

export interface DatasetRecords {
  /**
   * Freezes of a project one at a time, each in one transaction: where `work` fails, no group, side or version of it is kept.
   * The session sees what changed since the newest version, or everything where that version does not say how far it looked.
   */
  freezing<T>(projectId: string, work: (session: FreezeSession, at: FreezeStart) => Promise<FreezeOutcome<T>>): Promise<{ result: T; version: DatasetVersionRecord | null }>;
  holdout(projectId: string, holdout: 'reference' | 'audit'): Promise<readonly { imageId: string; group: string; weight: number; eventAt: Date }[]>;
  holdoutStanding(projectId: string): Promise<HoldoutStanding>;
  /** A recorded act: old audit images stop judging and train from the next version on. */
  retireAuditHoldout(projectId: string, by: string): Promise<{ images: number; groups: number }>;
  versionByKey(projectId: string, key: string): Promise<DatasetVersionRecord | null>;
  versionById(id: string): Promise<DatasetVersionRecord | null>;
  versionByNumber(projectId: string, number: number): Promise<DatasetVersionRecord | null>;
  latest(projectId: string): Promise<DatasetVersionRecord | null>;
  versions(projectId: string, limit: number): Promise<readonly DatasetVersionRecord[]>;
  /** Groups given with imported labels; the first one given to an image stays. */
  rememberGroups(projectId: string, groups: readonly { imageId: string; group: string }[]): Promise<void>;
}

export type { ManifestRow };
