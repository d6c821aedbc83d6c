import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { ReviewRecords } from '../../domain/ports-review.ts';
import { withdrawalMinutes } from '../../domain/review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { showAfterWithdrawal } from './image-visibility.ts';
import { readHeldItems } from './review-held-items.ts';
import { type ItemRow, lockItem } from './review-items.ts';
import { withdrawLabel } from './review-labels.ts';
import { databaseNow, inTransaction } from './review-shared.ts';

type Withdrawal = Parameters<ReviewRecords['withdraw']>[0];

/** Undo of committed answers, by new records that point back. */
export function createReviewWithdrawals(database: Database): Pick<ReviewRecords, 'withdraw'> {
  return { withdraw: (request) => inTransaction(database, (transaction) => withdraw(transaction, request)) };
}

async function withdraw(transaction: DatabaseOrTransaction, request: Withdrawal): ReturnType<ReviewRecords['withdraw']> {
  const { projectId, annotationId, userId } = request;
  const annotation = await transaction.annotation.findFirst({ where: { id: annotationId, projectId, userId, NOT: { kind: 'withdrawal' } } });
  if (annotation === null) throw new PerennialError('ANNOTATION_NOT_FOUND');
  const item = await lockItem(transaction, annotation.reviewItemId, userId);
  // Asked under the item's lock: of two undos at once the second finds the first.
  const undone = (await transaction.annotation.findUnique({ where: { withdraws: annotationId }, select: { id: true } })) !== null;
  // The hold that the first undo gave is over: the item is somebody else's to answer.
  if (undone && !item.leasedHere) throw new PerennialError('REVIEW_LEASE_EXPIRED', undefined, { item: item.id });
  if (!undone) {
    await mayWithdraw(transaction, item, annotationId);
    await takeBackAnswer(transaction, request, annotation);
    await takeBackFrames(transaction, request, item, annotation);
    if (item.state === 'settled') await withdrawLabel(transaction, item, userId);
    await openAgain(transaction, item.id, request);
  }
  const [held] = await readHeldItems(transaction, [item.id]);
  if (held?.leaseExpiresAt == null) throw new PerennialError('REVIEW_LEASE_EXPIRED', undefined, { item: item.id });
  return held;
}

interface Written { readonly id: string; readonly reviewItemId: string; readonly imageId: string; readonly kind: string; readonly fence: number; readonly clientKey: string }

async function takeBackAnswer(transaction: DatabaseOrTransaction, { projectId, userId, key }: Withdrawal, { id, reviewItemId, imageId, kind, fence }: Written, keyEnd = ''): Promise<void> {
  await transaction.annotation.create({ data: { id: uuidv7(), projectId, reviewItemId, imageId, userId, kind: 'withdrawal', fence, withdraws: id, clientKey: `${key}${keyEnd}` } });
  if (kind === 'person') await showAfterWithdrawal(transaction, { projectId, imageId, userId, annotationId: id });
}

/** A decision on a burst is taken back whole: the answers to its frames have its key with the frame's item behind it. */
async function takeBackFrames(transaction: DatabaseOrTransaction, request: Withdrawal, item: ItemRow, annotation: Written): Promise<void> {
  const behind = await transaction.reviewItem.findMany({ where: { projectId: item.projectId, standsFor: item.id }, select: { id: true } });
  if (behind.length === 0) return;
  const answers = await transaction.annotation.findMany({ where: { userId: request.userId, clientKey: { in: behind.map((each) => frameKey(annotation.clientKey, each.id)) }, NOT: { kind: 'withdrawal' } } });
  for (const answer of answers) await takeBackAnswer(transaction, request, answer, `/${answer.reviewItemId}`);
}

/** The key of the answer that one decision gave to one frame. */
export const frameKey = (key: string, itemId: string): string => `${key}/${itemId}`;

async function mayWithdraw(transaction: DatabaseOrTransaction, item: ItemRow, annotationId: string): Promise<void> {
  if (item.leasedElsewhere) throw new PerennialError('REVIEW_LEASE_EXPIRED', 'Somebody else is answering this item now.', { item: item.id });
  const [row] = await transaction.$queryRaw<{ fresh: boolean; adjudicated: boolean; frame: boolean }[]>`
    SELECT (a."createdAt" > ${databaseNow} - make_interval(mins => ${withdrawalMinutes}::int) OR EXISTS (SELECT 1 FROM "ReviewRound" r WHERE r."id" = ${item.roundId}::uuid AND r."state" = 'open')) AS fresh,
           EXISTS (SELECT 1 FROM "Adjudication" d WHERE d."reviewItemId" = ${item.id}::uuid AND d."kind" <> 'withdrawal' AND NOT EXISTS (SELECT 1 FROM "Adjudication" w WHERE w."withdraws" = d."id")) AS adjudicated,
           EXISTS (SELECT 1 FROM "ReviewItem" f WHERE f."id" = ${item.id}::uuid AND f."standsFor" IS NOT NULL) AS frame
    FROM "Annotation" a WHERE a."id" = ${annotationId}::uuid`;
  // Answers to frames go with the decision on their burst.
  if (row?.frame === true) throw new PerennialError('ANNOTATION_NOT_FOUND');
  if (row === undefined || !row.fresh || row.adjudicated) throw new PerennialError('REVIEW_ITEM_SETTLED', row?.adjudicated === true ? 'An adjudicator has decided on this item.' : 'The round is closed and the answer too old to be taken back.', { item: item.id });
}

async function openAgain(transaction: DatabaseOrTransaction, itemId: string, { userId, leaseSeconds }: Withdrawal): Promise<void> {
  await transaction.$executeRaw`
    UPDATE "ReviewItem" SET "state" = 'open', "settledAt" = NULL, "unresolvedWhy" = NULL, "leasedBy" = ${userId}, "fence" = "fence" + 1, "leaseExpiresAt" = ${databaseNow} + make_interval(secs => ${leaseSeconds}::float8)
    WHERE "id" = ${itemId}::uuid`;
}
