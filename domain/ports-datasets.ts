import type { ManifestRow } from './manifest.ts';
import type { ManifestSplit } from './split-name.ts';

/** An image with the label that holds now, and what its side is decided by. */
export interface LabelledImage {
  readonly imageId: string;
  readonly sha256: string;
  readonly classId: number;
  readonly labelId: string;
  readonly source: string;
  readonly audit: boolean;
  readonly auditShare: number;
  readonly burstKey: string | null;
  readonly eventAt: Date;
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
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface DatasetRecords {
  /** Newest label of each image that is a class and was not withdrawn. */
  labelled(projectId: string): Promise<readonly LabelledImage[]>;
  assignments(projectId: string): Promise<ReadonlyMap<string, ManifestSplit>>;
  /** Sticky: a group that has a side keeps it. */
  assign(projectId: string, sides: readonly { groupKey: string; split: ManifestSplit }[]): Promise<void>;
  addHoldout(projectId: string, members: readonly { holdout: 'reference' | 'audit'; imageId: string; groupKey: string; weight: number; eventAt: Date }[]): Promise<void>;
  holdout(projectId: string, holdout: 'reference' | 'audit'): Promise<readonly { imageId: string; group: string; weight: number; eventAt: Date }[]>;
  insertVersion(version: Omit<DatasetVersionRecord, 'id' | 'number' | 'createdAt'> & { key: string; classSetId: string }): Promise<DatasetVersionRecord>;
  versionByKey(projectId: string, key: string): Promise<DatasetVersionRecord | null>;
  versionById(id: string): Promise<DatasetVersionRecord | null>;
  versionByNumber(projectId: string, number: number): Promise<DatasetVersionRecord | null>;
  latest(projectId: string): Promise<DatasetVersionRecord | null>;
  versions(projectId: string, limit: number): Promise<readonly DatasetVersionRecord[]>;
  /** Groups given with imported labels, by image. */
  importGroups(projectId: string): Promise<ReadonlyMap<string, string>>;
  rememberGroups(projectId: string, groups: readonly { imageId: string; group: string }[]): Promise<void>;
}

export type { ManifestRow };
