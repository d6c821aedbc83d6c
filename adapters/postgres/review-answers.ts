import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { NewAnnotation, ReviewRecords } from '../../domain/ports-review.ts';
import type { ReviewItemState } from '../../domain/review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { hideForPerson } from './image-visibility.ts';
import { decideAndApply } from './review-decisions.ts';
import { giveUpLease } from './review-items.ts';
import { inTransaction } from './review-shared.ts';

export type AnnotateReply = { annotationId: string; itemState: ReviewItemState };

/** Answers of people: each is written once, with everything that follows from it in the same transaction. */
export function createReviewAnswers(database: Database): Pick<ReviewRecords, 'annotate'> {
  return { annotate: (annotation) => inTransaction(database, (transaction) => annotate(transaction, annotation)) };
}

export const answersClient = (userId: string): string => `annotations/${userId}`;
const bodyOf = ({ itemId, fence, kind, classId, comment, proposedName }: NewAnnotation): string => JSON.stringify([itemId, fence, kind, classId, comment, ...(proposedName == null ? [] : [proposedName])]);

/** One answer with what follows from it. A PerennialError that it throws has written nothing. */
export async function annotate(transaction: DatabaseOrTransaction, annotation: NewAnnotation): Promise<AnnotateReply> {
  const { userId, key } = annotation;
  const client = answersClient(userId);
  return onceForKey(transaction, { client, key, body: bodyOf(annotation) }, async () => {
    const item = await giveUpLease(transaction, annotation);
    const id = await writeAnswer(transaction, { ...annotation, imageId: item.imageId });
    const decision = await decideAndApply(transaction, item);
    return { annotationId: id, itemState: decision.state };
  }, ({ annotationId, itemState }) => ({ annotationId, itemState }));
}

/**
 * Does a write once for its key and gives the stored reply after that, also when the hold has ended since: what was stored was
 * acknowledged. `shape` puts a stored reply together anew: Postgres sorts the keys of an object, and a replay is the same to the byte.
 * @throws PerennialError IDEMPOTENCY_KEY_REUSED
 */
export async function onceForKey<Reply extends object>(transaction: DatabaseOrTransaction, { client, key, body }: { client: string; key: string; body: string }, work: () => Promise<Reply>, shape: (stored: Reply) => Reply): Promise<Reply> {
  const stored = async (): Promise<Reply | null> => {
    const row = await transaction.keyedReply.findUnique({ where: { client_key: { client, key } } });
    if (row === null) return null;
    if (row.bodyHash !== body) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
    return shape(row.reply as unknown as Reply);
  };
  const before = await stored();
  if (before !== null) return before;
  let reply: Reply;
  try {
    reply = await work();
  } catch (refusal) {
    // The same key at the same moment: this one waited for the other's row lock, and finds its reply now.
    const meanwhile = refusal instanceof PerennialError ? await stored() : null;
    if (meanwhile === null) throw refusal;
    return meanwhile;
  }
  await transaction.keyedReply.create({ data: { client, key, bodyHash: body, status: 200, reply } });
  return reply;
}

/** One answer to one image, and what follows from it for the image at once. @returns its id */
export async function writeAnswer(transaction: DatabaseOrTransaction, answer: NewAnnotation & { imageId: string; propagatedFrom?: string }): Promise<string> {
  const { projectId, itemId, imageId, userId, kind, classId, comment, proposedName, leadTimeMs, fence, key, propagatedFrom } = answer;
  const id = uuidv7();
  await transaction.annotation.create({ data: { id, projectId, reviewItemId: itemId, imageId, userId, kind, classId, comment, proposedName: proposedName ?? null, leadTimeMs, fence, clientKey: key, propagatedFrom: propagatedFrom ?? null } });
  if (kind === 'person') await hideForPerson(transaction, { projectId, imageId, userId, annotationId: id });
  return id;
}
