import { v7 as uuidv7 } from 'uuid';
import type { Verdict } from '../../domain/review.ts';
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
}

export interface NewLabel {
  readonly imageId: string;
  readonly kind: 'class' | 'unusable' | 'withdrawn';
  readonly classId: number | null;
  readonly source: 'import' | 'review' | 'adjudication' | 'propagated';
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
    SELECT DISTINCT ON (l."imageId") l."id"::text, l."imageId"::text, l."kind", l."classId", l."source", l."reviewItemId"::text, l."propagatedFrom"::text
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

interface SettledItem { readonly id: string; readonly projectId: string; readonly imageId: string; readonly purpose: string; readonly blind: boolean }

/**
 * What a person decided becomes the image's label, and that of the frames which stood behind the item, where these have no
 * label of their own. Nothing is spread from an audit item, nor from an image that was unusable: the next frame may be sharp.
 */
export async function labelItem(transaction: DatabaseOrTransaction, item: SettledItem, verdict: Verdict, made: { by: string; source: 'review' | 'adjudication'; annotationId: string | null }): Promise<string> {
  const { projectId } = item;
  await holdLabels(transaction, projectId);
  const followers = item.purpose === 'audit' ? [] : await transaction.reviewItem.findMany({ where: { projectId, standsFor: item.id, state: { in: ['waiting', 'open'] } }, orderBy: [{ value: 'desc' }, { id: 'asc' }], select: { id: true, imageId: true } });
  const current = await currentLabels(transaction, projectId, [item.imageId, ...followers.map((each) => each.imageId)]);
  const [labelId = ''] = await appendLabels(transaction, projectId, made.by, [{
    imageId: item.imageId, ...verdict, source: made.source, reviewItemId: item.id, annotationId: made.annotationId, blind: item.blind, audit: item.purpose === 'audit', supersedes: current.get(item.imageId) ?? null,
  }]);
  if (followers.length === 0) return labelId;
  if (verdict.kind === 'unusable') {
    await chooseAnotherLeader(transaction, followers.map((each) => each.id));
    return labelId;
  }
  const open = new Map(followers.map((each) => [each.imageId, each] as const).filter(([imageId]) => imageId !== item.imageId && isFree(current.get(imageId))));
  await appendLabels(transaction, projectId, made.by, [...open.values()].map((each) => ({
    imageId: each.imageId, ...verdict, source: 'propagated' as const, reviewItemId: each.id, propagatedFrom: labelId, supersedes: current.get(each.imageId) ?? null,
  })));
  await transaction.$executeRaw`UPDATE "ReviewItem" SET "state" = 'settled', "settledAt" = ${databaseNow} WHERE "id" = ANY(${followers.map((each) => each.id)}::uuid[])`;
  return labelId;
}

const isFree = (label: CurrentLabel | undefined): boolean => label === undefined || label.kind === 'withdrawn' || label.source === 'propagated';

async function chooseAnotherLeader(transaction: DatabaseOrTransaction, [leader, ...rest]: readonly string[]): Promise<void> {
  if (leader === undefined) return;
  await transaction.reviewItem.update({ where: { id: leader }, data: { standsFor: null } });
  await transaction.reviewItem.updateMany({ where: { id: { in: rest } }, data: { standsFor: leader } });
}

/** Takes an item's label back, and those that were spread from it; the frames behind it wait again. */
export async function withdrawLabel(transaction: DatabaseOrTransaction, item: SettledItem, by: string): Promise<void> {
  await holdLabels(transaction, item.projectId);
  const label = (await currentLabels(transaction, item.projectId, [item.imageId])).get(item.imageId);
  if (label === undefined || label.reviewItemId !== item.id || label.kind === 'withdrawn') return;
  const followers = await transaction.reviewItem.findMany({ where: { projectId: item.projectId, standsFor: item.id, state: 'settled' }, select: { id: true, imageId: true } });
  const spread = [...(await currentLabels(transaction, item.projectId, followers.map((each) => each.imageId))).values()].filter((each) => each.propagatedFrom === label.id);
  await appendLabels(transaction, item.projectId, by, [label, ...spread].map((each) => ({
    imageId: each.imageId, kind: 'withdrawn' as const, classId: null, source: each.id === label.id ? 'review' as const : 'propagated' as const, reviewItemId: each.reviewItemId, supersedes: each,
    ...(each.id === label.id && { audit: item.purpose === 'audit', blind: item.blind }),
  })));
  await transaction.reviewItem.updateMany({ where: { id: { in: followers.map((each) => each.id) } }, data: { state: 'waiting', settledAt: null } });
}
