import type { Verdict } from '../../domain/review.ts';
import type { DatabaseOrTransaction } from './connection.ts';
import { appendLabels, type CurrentLabel, currentLabels, holdLabelsOf, type NewLabel } from './label-records.ts';
import { followersOf, type SettledItem, settleFollowers } from './review-followers.ts';

/**
 * What a person decided becomes the image's label, and that of the frames which stood behind the item (`review-followers.ts`).
 * Nothing is spread from an audit item.
 */
export async function labelItem(transaction: DatabaseOrTransaction, item: SettledItem, verdict: Verdict, made: { by: string; source: 'review' | 'adjudication'; annotationId: string | null }): Promise<string> {
  const { projectId } = item;
  const followers = item.purpose === 'audit' ? [] : await followersOf(transaction, item);
  await holdLabelsOf(transaction, projectId, [item.imageId, ...followers.map((each) => each.imageId)]);
  const current = await currentLabels(transaction, projectId, [item.imageId, ...followers.map((each) => each.imageId)]);
  const [labelId = ''] = await appendLabels(transaction, projectId, made.by, [{
    imageId: item.imageId, ...verdict, source: made.source, reviewItemId: item.id, annotationId: made.annotationId, blind: item.blind, audit: item.purpose === 'audit', supersedes: current.get(item.imageId) ?? null,
  }]);
  if (followers.length > 0) await settleFollowers(transaction, { item, verdict, labelId, by: made.by, followers, current });
  return labelId;
}

/** Takes an item's label back, and those that came to the frames behind it; these wait again. `restore` puts back what held before. */
export async function withdrawLabel(transaction: DatabaseOrTransaction, item: SettledItem, by: string, restore: CurrentLabel | null = null): Promise<void> {
  const followers = await transaction.reviewItem.findMany({ where: { projectId: item.projectId, standsFor: item.id, state: { in: ['settled', 'unresolved'] } }, select: { id: true, imageId: true } });
  await holdLabelsOf(transaction, item.projectId, [item.imageId, ...followers.map((each) => each.imageId)]);
  const label = (await currentLabels(transaction, item.projectId, [item.imageId])).get(item.imageId);
  if (label === undefined || label.reviewItemId !== item.id || label.kind === 'withdrawn') return;
  const ids = new Set(followers.map((each) => each.id));
  const spread = [...(await currentLabels(transaction, item.projectId, followers.map((each) => each.imageId))).values()].filter((each) => each.propagatedFrom === label.id || (each.reviewItemId !== null && ids.has(each.reviewItemId) && each.kind !== 'withdrawn'));
  const marks = { audit: item.purpose === 'audit', blind: item.blind };
  await appendLabels(transaction, item.projectId, by, [
    restore === null ? { imageId: item.imageId, kind: 'withdrawn', classId: null, source: 'review', reviewItemId: item.id, supersedes: label, ...marks }
      : { imageId: item.imageId, kind: restore.kind as NewLabel['kind'], classId: restore.classId, source: restore.source as NewLabel['source'], reviewItemId: restore.reviewItemId, propagatedFrom: restore.propagatedFrom, supersedes: label, ...marks },
    ...spread.map((each): NewLabel => ({ imageId: each.imageId, kind: 'withdrawn', classId: null, source: 'propagated', reviewItemId: each.reviewItemId, supersedes: each })),
  ]);
  await transaction.reviewItem.updateMany({ where: { id: { in: [...ids] } }, data: { state: 'waiting', settledAt: null, unresolvedWhy: null } });
}
