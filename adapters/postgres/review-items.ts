import { PerennialError } from '../../domain/errors.ts';
import type { ReviewItemState } from '../../domain/review.ts';
import type { DatabaseOrTransaction } from './connection.ts';
import { databaseNow } from './review-shared.ts';

export interface ItemRow {
  readonly id: string; readonly projectId: string; readonly imageId: string; readonly roundId: string | null; readonly purpose: string; readonly blind: boolean;
  readonly state: ReviewItemState; readonly answersWanted: number; readonly leasedElsewhere: boolean; readonly leasedHere: boolean;
}

/** Ends a hold and locks the item, if the hold was this person's and is not over: one statement, so nothing fits between. */
export async function giveUpLease(transaction: DatabaseOrTransaction, { projectId, itemId, userId, fence }: { projectId: string; itemId: string; userId: string; fence: number }): Promise<ItemRow> {
  const [item] = await transaction.$queryRaw<ItemRow[]>`
    UPDATE "ReviewItem" SET "leasedBy" = NULL, "leaseExpiresAt" = NULL
    WHERE "id" = ${itemId}::uuid AND "projectId" = ${projectId}::uuid AND "state" = 'open' AND "leasedBy" = ${userId} AND "fence" = ${fence} AND "leaseExpiresAt" > ${databaseNow}
    RETURNING "id"::text, "projectId"::text, "imageId"::text, "roundId"::text, "purpose", "blind", "state", "answersWanted", false AS "leasedElsewhere", false AS "leasedHere"`;
  if (item !== undefined) return item;
  const known = await transaction.reviewItem.findFirst({ where: { id: itemId, projectId }, select: { state: true } });
  if (known === null) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  throw new PerennialError(known.state === 'settled' || known.state === 'unresolved' ? 'REVIEW_ITEM_SETTLED' : 'REVIEW_LEASE_EXPIRED', undefined, { item: itemId });
}

export async function lockItem(transaction: DatabaseOrTransaction, itemId: string, userId: string): Promise<ItemRow> {
  const [item] = await transaction.$queryRaw<ItemRow[]>`
    SELECT "id"::text, "projectId"::text, "imageId"::text, "roundId"::text, "purpose", "blind", "state", "answersWanted",
           ("state" = 'open' AND "leasedBy" <> ${userId} AND "leaseExpiresAt" > ${databaseNow}) IS TRUE AS "leasedElsewhere",
           ("state" = 'open' AND "leasedBy" = ${userId} AND "leaseExpiresAt" > ${databaseNow}) IS TRUE AS "leasedHere"
    FROM "ReviewItem" WHERE "id" = ${itemId}::uuid FOR UPDATE`;
  if (item === undefined) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  return item;
}
