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

/** All labels of a project stand still: nobody writes one until the transaction ends, and whoever was writing has ended. */
export const holdLabels = (transaction: DatabaseOrTransaction, projectId: string): Promise<void> => holdName(transaction, `labels/${projectId}`);

/**
 * Labels of these images are written one transaction at a time: what holds is read, then superseded, with nothing between. Those of
 * other images go on beside it, so that twenty annotators do not wait for each other's disk; under `holdLabels` nobody's do.
 */
export async function holdLabelsOf(transaction: DatabaseOrTransaction, projectId: string, imageIds: readonly string[]): Promise<void> {
  // In the order of their ids: two that want the same images do not wait for each other for ever.
  await transaction.$executeRaw`
    SELECT pg_advisory_xact_lock_shared(hashtextextended(${`labels/${projectId}`}, 0)), pg_advisory_xact_lock(hashtextextended('label/' || image.id, 0))
    FROM (SELECT DISTINCT id FROM unnest(${[...imageIds]}::text[]) AS given(id) ORDER BY id) image`;
}

/** The label that holds for each image: the one that no other supersedes. */
export async function currentLabels(transaction: DatabaseOrTransaction, projectId: string, imageIds: readonly string[]): Promise<Map<string, CurrentLabel>> {
  const rows = await transaction.$queryRaw<CurrentLabel[]>`
    SELECT DISTINCT ON (l."imageId") l."id"::text, l."imageId"::text, l."kind", l."classId", l."source", l."reviewItemId"::text, l."propagatedFrom"::text, l."createdAt"
    FROM "Label" l WHERE l."projectId" = ${projectId}::uuid AND l."imageId" = ANY(${imageIds}::uuid[]) AND l."regionId" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")
    ORDER BY l."imageId", l."createdAt" DESC, l."id" DESC`;
  return new Map(rows.map((row) => [row.imageId, row]));
}

/** Appends labels, each pointing back at the one it takes the place of, and tells the history: one statement. Call it under `holdLabels` or `holdLabelsOf`. */
export async function appendLabels(transaction: DatabaseOrTransaction, projectId: string, by: string, labels: readonly NewLabel[]): Promise<readonly string[]> {
  if (labels.length === 0) return [];
  const rows = labels.map(({ supersedes, ...label }) => ({ id: uuidv7(), event: uuidv7(), ...label, supersedes: supersedes?.id ?? null, before: supersedes === null ? null : { labelId: supersedes.id, kind: supersedes.kind, classId: supersedes.classId } }));
  // The time is read under the lock: the newest label is the last in time, too.
  await transaction.$executeRaw`
    WITH given AS (
      SELECT g.*, clock.now FROM (SELECT ${databaseNow} AS now) clock, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS g("id" uuid, "event" uuid, "imageId" uuid, "kind" text, "classId" int, "source" text, "reviewItemId" uuid, "annotationId" uuid, "propagatedFrom" uuid, "blind" boolean, "audit" boolean, "supersedes" uuid, "before" jsonb)
    ), told AS (
      INSERT INTO "HistoryEvent" ("id", "projectId", "actor", "action", "subject", "before", "after", "at")
      SELECT "event", ${projectId}::uuid, ${by}, 'label.changed', "imageId"::text, "before", jsonb_build_object('labelId', "id", 'kind', "kind", 'classId', "classId", 'source', "source"), now FROM given)
    INSERT INTO "Label" ("id", "projectId", "imageId", "kind", "classId", "source", "reviewItemId", "annotationId", "propagatedFrom", "supersedes", "blind", "audit", "createdBy", "createdAt")
    SELECT "id", ${projectId}::uuid, "imageId", "kind", "classId", "source", "reviewItemId", "annotationId", "propagatedFrom", "supersedes", COALESCE("blind", false), COALESCE("audit", false), ${by}, now FROM given`;
  return rows.map(({ id }) => id);
}
