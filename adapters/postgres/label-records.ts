import { v7 as uuidv7 } from 'uuid';
import type { DatabaseOrTransaction } from './connection.ts';
import { databaseNow, holdName } from './review-shared.ts';

export interface CurrentLabel {
  readonly id: string;
  readonly imageId: string;
  readonly kind: string;
  readonly classId: number | null;
  readonly source: string;
  readonly reviewItemId: string | null;
  readonly propagatedFrom: string | null;
  readonly createdAt: Date;
}

export interface NewLabel {
  readonly imageId: string;
  readonly kind: 'class' | 'unusable' | 'withdrawn';
  readonly classId: number | null;
  readonly source: 'import' | 'review' | 'adjudication' | 'propagated' | 'class_change';
  readonly reviewItemId?: string | null;
  readonly annotationId?: string | null;
  readonly propagatedFrom?: string | null;
  readonly blind?: boolean;
  readonly audit?: boolean;
  readonly supersedes: CurrentLabel | null;
}

/** Labels of a project are written one transaction at a time: what holds is read, then superseded, with nothing between. */
export const holdLabels = (transaction: DatabaseOrTransaction, projectId: string): Promise<void> => holdName(transaction, `labels/${projectId}`);

/** The label that holds for each image: the one that no other supersedes. */
export async function currentLabels(transaction: DatabaseOrTransaction, projectId: string, imageIds: readonly string[]): Promise<Map<string, CurrentLabel>> {
  const rows = await transaction.$queryRaw<CurrentLabel[]>`
    SELECT DISTINCT ON (l."imageId") l."id"::text, l."imageId"::text, l."kind", l."classId", l."source", l."reviewItemId"::text, l."propagatedFrom"::text, l."createdAt"
    FROM "Label" l WHERE l."projectId" = ${projectId}::uuid AND l."imageId" = ANY(${imageIds}::uuid[]) AND l."regionId" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")
    ORDER BY l."imageId", l."createdAt" DESC, l."id" DESC`;
  return new Map(rows.map((row) => [row.imageId, row]));
}

/** Appends labels, each pointing back at the one it takes the place of, and tells the history. Call it under `holdLabels`. */
export async function appendLabels(transaction: DatabaseOrTransaction, projectId: string, by: string, labels: readonly NewLabel[]): Promise<readonly string[]> {
  if (labels.length === 0) return [];
  // Read under the lock: the newest label is the last in time, too.
  const [clock] = await transaction.$queryRaw<{ now: Date }[]>`SELECT ${databaseNow} AS now`;
  const createdAt = clock?.now ?? new Date(0);
  const withIds = labels.map((label) => ({ label, id: uuidv7() }));
  await transaction.label.createMany({
    data: withIds.map(({ id, label: { supersedes, ...label } }) => ({ id, projectId, createdBy: by, createdAt, ...label, supersedes: supersedes?.id ?? null })),
  });
  await transaction.historyEvent.createMany({
    data: withIds.map(({ id, label: { imageId, kind, classId, source, supersedes } }) => ({
      id: uuidv7(), projectId, actor: by, action: 'label.changed', subject: imageId,
      ...(supersedes !== null && { before: { labelId: supersedes.id, kind: supersedes.kind, classId: supersedes.classId } }),
      after: { labelId: id, kind, classId, source },
    })),
  });
  return withIds.map(({ id }) => id);
}
