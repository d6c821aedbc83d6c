import type { ModelVersion, Run } from './ports-models.ts';

/** What an import leaves behind, written together or not at all. */
export interface ImportedModelRecord {
  readonly version: Omit<ModelVersion, 'id' | 'number' | 'createdAt' | 'runId' | 'kind' | 'datasetVersionId' | 'mlflowVersion'>;
  readonly reason: string;
  /** How it was told and what was found: file name, digest, size, specification, remarks. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly startedAt: Date;
  /** Who imported it. */
  readonly by: string;
}

/** An imported model version that the registry has not been told of. */
export interface UnregisteredImport {
  readonly outboxId: string;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly version: ModelVersion;
  readonly run: Run & { readonly parameters: Readonly<Record<string, unknown>> };
}

export interface ImportRecords {
  /** What a key brought before, with the digest of what was sent with it; null where it is new. */
  byKey(projectId: string, key: string): Promise<{ version: ModelVersion; requestDigest: string; parameters: Readonly<Record<string, unknown>>; metrics: Readonly<Record<string, number>> } | null>;
  /** Run, model version, history event and word to the relay in one transaction; the same key again gives the version it made. */
  insert(record: ImportedModelRecord): Promise<ModelVersion>;
  /** Oldest first. */
  unregistered(limit: number): Promise<readonly UnregisteredImport[]>;
  /** Fills in what the registry called it, once. */
  registered(each: UnregisteredImport, mlflow: { readonly version: string; readonly runId: string }): Promise<void>;
}
