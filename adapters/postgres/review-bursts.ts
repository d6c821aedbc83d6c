import { PerennialError } from '../../domain/errors.ts';
import type { BurstAnswer, BurstRecords } from '../../domain/ports-review.ts';
import type { AnnotationKind } from '../../domain/review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { answersClient, onceForKey, writeAnswer } from './review-answers.ts';
import { readFrames } from './review-frames.ts';
import { decideAndApply } from './review-decisions.ts';
import { giveUpLease, type ItemRow } from './review-items.ts';
import { inTransaction } from './review-shared.ts';
import { frameKey } from './review-withdrawals.ts';

/** What is true of each frame that was looked at; skipping or being unsure is about the burst, and a missing class needs one word only. */
const spreads: ReadonlySet<AnnotationKind> = new Set<AnnotationKind>(['class', 'bad_image', 'person']);

/** One decision for a burst, with exceptions by frame. */
export function createReviewBursts(database: Database): BurstRecords {
  return {
    frames: (projectId, itemIds) => readFrames(database, projectId, itemIds),
    annotateBurst: (answer) => inTransaction(database, (transaction) => annotateBurst(transaction, answer)),
  };
}

type Reply = Awaited<ReturnType<BurstRecords['annotateBurst']>>;
interface Frame { readonly itemId: string; readonly imageId: string }

async function annotateBurst(transaction: DatabaseOrTransaction, answer: BurstAnswer): Promise<Reply> {
  const { userId, key, seen, exceptions, itemId, fence, kind, classId, comment } = answer;
  const body = JSON.stringify([itemId, fence, kind, classId, comment, seen.toSorted(), exceptions]);
  return onceForKey(transaction, { client: answersClient(userId), key, body }, async () => {
    const item = await giveUpLease(transaction, answer);
    const frames = await framesBehind(transaction, item);
    checkSeen(item, frames, answer);
    const apart = new Map(exceptions.map((each) => [each.imageId, each]));
    const own = apart.get(item.imageId);
    const annotationId = await writeAnswer(transaction, { ...answer, imageId: item.imageId, ...(own !== undefined && { kind: own.kind, classId: own.classId }) });
    const looked = new Set(seen);
    let [answered, spread] = [1, 0];
    for (const frame of frames.filter((each) => looked.has(each.imageId))) {
      const other = apart.get(frame.imageId);
      if (other === undefined && !spreads.has(kind)) continue;
      await writeAnswer(transaction, {
        ...answer, itemId: frame.itemId, imageId: frame.imageId, key: frameKey(key, frame.itemId), leadTimeMs: null, comment: null, proposedName: null,
        ...(other === undefined ? { propagatedFrom: annotationId } : { kind: other.kind, classId: other.classId }),
      });
      answered += 1;
      if (other === undefined) spread += 1;
    }
    const decision = await decideAndApply(transaction, item);
    return { annotationId, itemState: decision.state, answered, spread };
  }, ({ annotationId, itemState, answered, spread }) => ({ annotationId, itemState, answered, spread }));
}

/** The frames that this item is asked for: what stands behind it, hidden pictures apart. */
async function framesBehind(transaction: DatabaseOrTransaction, item: ItemRow): Promise<Frame[]> {
  return transaction.$queryRaw<Frame[]>`
    SELECT f."id"::text AS "itemId", f."imageId"::text AS "imageId" FROM "ReviewItem" f
    WHERE f."projectId" = ${item.projectId}::uuid AND f."standsFor" = ${item.id}::uuid AND f."state" IN ('waiting', 'open') AND NOT ${hiddenImage('f."imageId"')} ORDER BY f."id" FOR UPDATE OF f`;
}

/** @throws PerennialError REVIEW_IMAGE_NOT_SEEN, IMAGE_NOT_FOUND */
function checkSeen(item: ItemRow, frames: readonly Frame[], { seen, exceptions }: BurstAnswer): void {
  const looked = new Set(seen);
  const unseen = [...(looked.has(item.imageId) ? [] : [item.imageId]), ...exceptions.map((each) => each.imageId).filter((imageId) => !looked.has(imageId))];
  if (unseen.length > 0) throw new PerennialError('REVIEW_IMAGE_NOT_SEEN', undefined, { images: unseen });
  const known = new Set([item.imageId, ...frames.map((each) => each.imageId)]);
  const foreign = exceptions.map((each) => each.imageId).filter((imageId) => !known.has(imageId));
  if (foreign.length > 0) throw new PerennialError('IMAGE_NOT_FOUND', 'An exception names an image that is not a frame of this burst to be answered.', { images: foreign });
}
