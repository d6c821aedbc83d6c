import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { AdjudicationRecords } from '../../domain/ports-review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import type { CurrentLabel } from './label-records.ts';
import { tellRound } from './outbox-repository.ts';
import { adjudicationDetail, adjudicationQueue } from './review-adjudication-queue.ts';
import { onceForKey } from './review-answers.ts';
import { lockItem } from './review-items.ts';
import { labelItem, withdrawLabel } from './review-labels.ts';
import { databaseNow, inTransaction } from './review-shared.ts';

/** Decisions on what people disagree about: each settles its item and gives a label; each can be taken back by a new record. */
export function createReviewAdjudications(database: Database): AdjudicationRecords {
  return {
    unresolved: (projectId, page) => adjudicationQueue(database, projectId, page),
    adjudicationDetail: (projectId, itemId) => adjudicationDetail(database, projectId, itemId),
    adjudicate: (request) => inTransaction(database, (transaction) => adjudicate(transaction, request)),
    withdrawAdjudication: (request) => inTransaction(database, (transaction) => withdraw(transaction, request)),
  };
}

async function adjudicate(transaction: DatabaseOrTransaction, request: Parameters<AdjudicationRecords['adjudicate']>[0]): ReturnType<AdjudicationRecords['adjudicate']> {
  const { projectId, itemId, userId, verdict, comment, key } = request;
  return onceForKey(transaction, { client: `adjudications/${userId}`, key, body: JSON.stringify([itemId, verdict.kind, verdict.classId, comment]) }, async () => {
    const item = await lockItem(transaction, itemId, userId);
    if (item.projectId !== projectId) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
    if (item.state !== 'unresolved') throw new PerennialError(item.state === 'settled' ? 'REVIEW_ITEM_SETTLED' : 'REVIEW_ITEM_NOT_FOUND', undefined, { item: itemId });
    await transaction.$executeRaw`UPDATE "ReviewItem" SET "state" = 'settled', "settledAt" = ${databaseNow} WHERE "id" = ${itemId}::uuid`;
    const labelId = await labelItem(transaction, item, verdict, { by: userId, source: 'adjudication', annotationId: null });
    const id = uuidv7();
    await transaction.adjudication.create({ data: { id, projectId, reviewItemId: itemId, userId, kind: verdict.kind, classId: verdict.classId, comment, labelId } });
    await tellRound(transaction, projectId, item.roundId);
    return { adjudicationId: id, labelId };
  }, ({ adjudicationId, labelId }) => ({ adjudicationId, labelId }));
}

async function withdraw(transaction: DatabaseOrTransaction, { projectId, adjudicationId, userId, anyones, key }: Parameters<AdjudicationRecords['withdrawAdjudication']>[0]): ReturnType<AdjudicationRecords['withdrawAdjudication']> {
  return onceForKey(transaction, { client: `adjudications/${userId}`, key, body: JSON.stringify(['withdrawal', adjudicationId]) }, async () => {
    const given = await transaction.adjudication.findFirst({ where: { id: adjudicationId, projectId, NOT: { kind: 'withdrawal' }, ...(!anyones && { userId }) } });
    if (given === null) throw new PerennialError('ADJUDICATION_NOT_FOUND');
    const item = await lockItem(transaction, given.reviewItemId, userId);
    // Asked under the item's lock: of two at once the second finds the first.
    if ((await transaction.adjudication.findUnique({ where: { withdraws: adjudicationId }, select: { id: true } })) !== null) throw new PerennialError('ADJUDICATION_NOT_FOUND', 'This verdict was taken back before.');
    await transaction.adjudication.create({ data: { id: uuidv7(), projectId, reviewItemId: item.id, userId, kind: 'withdrawal', withdraws: adjudicationId } });
    await withdrawLabel(transaction, item, userId, await labelBefore(transaction, given.labelId));
    await transaction.reviewItem.update({ where: { id: item.id }, data: { state: 'unresolved', settledAt: null } });
    return { itemId: item.id };
  }, ({ itemId }) => ({ itemId }));
}

/** What held before the verdict: a label that a model disputed comes back; what people disagreed about had none. */
async function labelBefore(transaction: DatabaseOrTransaction, labelId: string | null): Promise<CurrentLabel | null> {
  const label = labelId === null ? null : await transaction.label.findUnique({ where: { id: labelId }, select: { supersedes: true } });
  const before = label?.supersedes == null ? null : await transaction.label.findUnique({ where: { id: label.supersedes } });
  return before === null || before.kind === 'withdrawn' ? null : before;
}
