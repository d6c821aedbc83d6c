import { v7 as uuidv7 } from 'uuid';
import { type Decision, decideItem } from '../../domain/agreement.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { NewAnnotation, ReviewRecords } from '../../domain/ports-review.ts';
import { type Answer, type ReviewItemState, withdrawalMinutes } from '../../domain/review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { tellRound } from './outbox-repository.ts';
import { readHeldItems } from './review-held-items.ts';
import { labelItem, withdrawLabel } from './review-labels.ts';
import { databaseNow, inTransaction } from './review-shared.ts';

interface ItemRow {
  readonly id: string; readonly projectId: string; readonly imageId: string; readonly roundId: string | null; readonly purpose: string; readonly blind: boolean;
  readonly state: ReviewItemState; readonly answersWanted: number; readonly leasedElsewhere: boolean; readonly leasedHere: boolean;
}

/** Answers of people: each is written once, with everything that follows from it in the same transaction. */
export function createReviewAnswers(database: Database): Pick<ReviewRecords, 'annotate' | 'withdraw' | 'adjudicate'> {
  return {
    annotate: (annotation) => inTransaction(database, (transaction) => annotate(transaction, annotation)),
    withdraw: (request) => inTransaction(database, (transaction) => withdraw(transaction, request)),
    adjudicate: (request) => inTransaction(database, (transaction) => adjudicate(transaction, request)),
  };
}

type AnnotateReply = { annotationId: string; itemState: ReviewItemState };
const clientOf = (userId: string): string => `annotations/${userId}`;
const bodyOf = ({ itemId, fence, kind, classId, comment }: NewAnnotation): string => JSON.stringify([itemId, fence, kind, classId, comment]);

async function annotate(transaction: DatabaseOrTransaction, annotation: NewAnnotation): Promise<AnnotateReply> {
  const { projectId, itemId, userId, kind, classId, comment, leadTimeMs, fence, key } = annotation;
  // Looked up before the lease: what was stored was acknowledged, however long ago the hold ended.
  const stored = await storedReply(transaction, annotation);
  if (stored !== null) return stored;
  const item = await giveUpLease(transaction, annotation).catch(async (refusal: unknown) => {
    // The same key at the same moment: this one waited for the other's row lock, and finds its reply now.
    const meanwhile = await storedReply(transaction, annotation);
    if (meanwhile === null) throw refusal;
    return meanwhile;
  });
  if ('annotationId' in item) return item;
  const id = uuidv7();
  await transaction.annotation.create({ data: { id, projectId, reviewItemId: itemId, imageId: item.imageId, userId, kind, classId, comment, leadTimeMs, fence, clientKey: key } });
  const decision = await decide(transaction, item);
  await apply(transaction, item, decision);
  const reply: AnnotateReply = { annotationId: id, itemState: decision.state };
  await transaction.keyedReply.create({ data: { client: clientOf(userId), key, bodyHash: bodyOf(annotation), status: 200, reply } });
  return reply;
}

async function storedReply(transaction: DatabaseOrTransaction, annotation: NewAnnotation): Promise<AnnotateReply | null> {
  const row = await transaction.keyedReply.findUnique({ where: { client_key: { client: clientOf(annotation.userId), key: annotation.key } } });
  if (row === null) return null;
  if (row.bodyHash !== bodyOf(annotation)) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
  // Put together anew: Postgres sorts the keys of an object, and a replay is the same to the byte.
  const { annotationId, itemState } = row.reply as unknown as AnnotateReply;
  return { annotationId, itemState };
}

/** Ends the hold and locks the item, if the hold was this person's and is not over: one statement, so nothing fits between. */
async function giveUpLease(transaction: DatabaseOrTransaction, { projectId, itemId, userId, fence }: NewAnnotation): Promise<ItemRow> {
  const [item] = await transaction.$queryRaw<ItemRow[]>`
    UPDATE "ReviewItem" SET "leasedBy" = NULL, "leaseExpiresAt" = NULL
    WHERE "id" = ${itemId}::uuid AND "projectId" = ${projectId}::uuid AND "state" = 'open' AND "leasedBy" = ${userId} AND "fence" = ${fence} AND "leaseExpiresAt" > ${databaseNow}
    RETURNING "id"::text, "projectId"::text, "imageId"::text, "roundId"::text, "purpose", "blind", "state", "answersWanted", false AS "leasedElsewhere", false AS "leasedHere"`;
  if (item !== undefined) return item;
  const known = await transaction.reviewItem.findFirst({ where: { id: itemId, projectId }, select: { state: true } });
  if (known === null) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  throw new PerennialError(known.state === 'settled' || known.state === 'unresolved' ? 'REVIEW_ITEM_SETTLED' : 'REVIEW_LEASE_EXPIRED', undefined, { item: itemId });
}

async function decide(transaction: DatabaseOrTransaction, item: ItemRow): Promise<Decision> {
  const rows = await transaction.annotation.findMany({ where: { reviewItemId: item.id }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select: { id: true, userId: true, kind: true, classId: true, withdraws: true } });
  const answers = rows as Answer[];
  const first = decideItem(answers, item.answersWanted, Infinity);
  // Who else there is is asked only where it matters.
  return first.state === 'open' ? decideItem(answers, item.answersWanted, await othersLeft(transaction, item)) : first;
}

/** People of the project and its annotators' keys that have not answered this item. Keys that operate the project (the machine's command line among them) never come to answer: counted, they would keep a round open till its deadline. */
async function othersLeft(transaction: DatabaseOrTransaction, { id, projectId }: ItemRow): Promise<number> {
  const [row] = await transaction.$queryRaw<{ others: number }[]>`
    SELECT count(*)::int AS others FROM (
      SELECT m."userId" AS "who" FROM "Membership" m JOIN "User" u ON u."id" = m."userId" WHERE m."projectId" = ${projectId}::uuid AND u."disabledAt" IS NULL
      UNION SELECT k."id"::text FROM "ApiKey" k WHERE k."projectId" = ${projectId}::uuid AND k."revokedAt" IS NULL AND k."role" = 'annotator'
    ) able WHERE NOT EXISTS (SELECT 1 FROM "Annotation" a WHERE a."reviewItemId" = ${id}::uuid AND a."userId" = able."who" AND a."kind" <> 'withdrawal'
                               AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id"))`;
  return row?.others ?? 0;
}

async function apply(transaction: DatabaseOrTransaction, item: ItemRow, decision: Decision): Promise<void> {
  if (decision.state === 'open') return;
  await transaction.$executeRaw`UPDATE "ReviewItem" SET "state" = ${decision.state}, "settledAt" = ${databaseNow} WHERE "id" = ${item.id}::uuid`;
  if (decision.state === 'settled') await labelItem(transaction, item, decision.verdict, { by: decision.decisive.userId, source: 'review', annotationId: decision.decisive.id });
  await tellRound(transaction, item.projectId, item.roundId);
}

type Withdrawal = Parameters<ReviewRecords['withdraw']>[0];

async function withdraw(transaction: DatabaseOrTransaction, request: Withdrawal): ReturnType<ReviewRecords['withdraw']> {
  const { projectId, annotationId, userId, key } = request;
  const annotation = await transaction.annotation.findFirst({ where: { id: annotationId, projectId, userId, NOT: { kind: 'withdrawal' } } });
  if (annotation === null) throw new PerennialError('ANNOTATION_NOT_FOUND');
  const item = await lockItem(transaction, annotation.reviewItemId, userId);
  // Asked under the item's lock: of two undos at once the second finds the first.
  const undone = (await transaction.annotation.findUnique({ where: { withdraws: annotationId }, select: { id: true } })) !== null;
  // The hold that the first undo gave is over: the item is somebody else's to answer.
  if (undone && !item.leasedHere) throw new PerennialError('REVIEW_LEASE_EXPIRED', undefined, { item: item.id });
  if (!undone) {
    await mayWithdraw(transaction, item, annotationId);
    await transaction.annotation.create({ data: { id: uuidv7(), projectId, reviewItemId: item.id, imageId: item.imageId, userId, kind: 'withdrawal', fence: annotation.fence, withdraws: annotationId, clientKey: key } });
    if (item.state === 'settled') await withdrawLabel(transaction, item, userId);
    await takeBack(transaction, item.id, request);
  }
  const [held] = await readHeldItems(transaction, [item.id]);
  if (held?.leaseExpiresAt == null) throw new PerennialError('REVIEW_LEASE_EXPIRED', undefined, { item: item.id });
  return held;
}

async function lockItem(transaction: DatabaseOrTransaction, itemId: string, userId: string): Promise<ItemRow> {
  const [item] = await transaction.$queryRaw<ItemRow[]>`
    SELECT "id"::text, "projectId"::text, "imageId"::text, "roundId"::text, "purpose", "blind", "state", "answersWanted",
           ("state" = 'open' AND "leasedBy" <> ${userId} AND "leaseExpiresAt" > ${databaseNow}) IS TRUE AS "leasedElsewhere",
           ("state" = 'open' AND "leasedBy" = ${userId} AND "leaseExpiresAt" > ${databaseNow}) IS TRUE AS "leasedHere"
    FROM "ReviewItem" WHERE "id" = ${itemId}::uuid FOR UPDATE`;
  if (item === undefined) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  return item;
}

async function mayWithdraw(transaction: DatabaseOrTransaction, item: ItemRow, annotationId: string): Promise<void> {
  if (item.leasedElsewhere) throw new PerennialError('REVIEW_LEASE_EXPIRED', 'Somebody else is answering this item now.', { item: item.id });
  const [row] = await transaction.$queryRaw<{ fresh: boolean; adjudicated: boolean }[]>`
    SELECT (a."createdAt" > ${databaseNow} - make_interval(mins => ${withdrawalMinutes}::int) OR EXISTS (SELECT 1 FROM "ReviewRound" r WHERE r."id" = ${item.roundId}::uuid AND r."state" = 'open')) AS fresh,
           EXISTS (SELECT 1 FROM "Adjudication" d WHERE d."reviewItemId" = ${item.id}::uuid) AS adjudicated
    FROM "Annotation" a WHERE a."id" = ${annotationId}::uuid`;
  if (row === undefined || !row.fresh || row.adjudicated) throw new PerennialError('REVIEW_ITEM_SETTLED', row?.adjudicated === true ? 'An adjudicator has decided on this item.' : 'The round is closed and the answer too old to be taken back.', { item: item.id });
}

async function takeBack(transaction: DatabaseOrTransaction, itemId: string, { userId, leaseSeconds }: Withdrawal): Promise<void> {
  await transaction.$executeRaw`
    UPDATE "ReviewItem" SET "state" = 'open', "settledAt" = NULL, "leasedBy" = ${userId}, "fence" = "fence" + 1, "leaseExpiresAt" = ${databaseNow} + make_interval(secs => ${leaseSeconds}::float8)
    WHERE "id" = ${itemId}::uuid`;
}

async function adjudicate(transaction: DatabaseOrTransaction, { projectId, itemId, userId, verdict, comment }: Parameters<ReviewRecords['adjudicate']>[0]): ReturnType<ReviewRecords['adjudicate']> {
  const item = await lockItem(transaction, itemId, userId);
  if (item.projectId !== projectId) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  if (item.state !== 'unresolved') throw new PerennialError(item.state === 'settled' ? 'REVIEW_ITEM_SETTLED' : 'REVIEW_ITEM_NOT_FOUND', undefined, { item: itemId });
  await transaction.adjudication.create({ data: { id: uuidv7(), projectId, reviewItemId: itemId, userId, kind: verdict.kind, classId: verdict.classId, comment } });
  await transaction.$executeRaw`UPDATE "ReviewItem" SET "state" = 'settled', "settledAt" = ${databaseNow} WHERE "id" = ${itemId}::uuid`;
  const labelId = await labelItem(transaction, item, verdict, { by: userId, source: 'adjudication', annotationId: null });
  await tellRound(transaction, projectId, item.roundId);
  return { labelId };
}
