import type { HeldItem, ItemStanding, ReviewRecords } from '../../domain/ports-review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { readHeldItems } from './review-held-items.ts';
import { databaseNow, inTransaction } from './review-shared.ts';

type Claim = Parameters<ReviewRecords['claim']>[0];

/** Holds on items. A hold has an end by the database's clock and a fence: a number that each new holder raises. */
export function createReviewLeases(database: Database): Pick<ReviewRecords, 'claim' | 'renew' | 'release' | 'standing'> {
  return {
    async claim(request) {
      const ids = await inTransaction(database, async (transaction) => {
        const has = new Set(request.holding);
        const mine = (await prolongMine(transaction, request)).filter((id) => !has.has(id)).slice(0, request.count);
        return mine.length === request.count ? mine : [...mine, ...(await takeNew(transaction, { ...request, count: request.count - mine.length }))];
      });
      const items = await readHeldItems(database, ids);
      return items.filter((item): item is HeldItem => item.leaseExpiresAt !== null);
    },
    async renew({ projectId, userId, leaseSeconds, items }) {
      const rows = await database.$queryRaw<{ id: string }[]>`
        UPDATE "ReviewItem" i SET "leaseExpiresAt" = ${databaseNow} + make_interval(secs => ${leaseSeconds}::float8)
        FROM unnest(${items.map((each) => each.id)}::uuid[], ${items.map((each) => each.fence)}::int[]) AS held(id, fence)
        WHERE i."id" = held.id AND i."fence" = held.fence AND i."projectId" = ${projectId}::uuid AND i."state" = 'open' AND i."leasedBy" = ${userId} AND i."leaseExpiresAt" > ${databaseNow}
        RETURNING i."id"::text`;
      return rows.map((row) => row.id);
    },
    async release({ projectId, userId, items }) {
      const rows = await database.$queryRaw<{ id: string }[]>`
        UPDATE "ReviewItem" i SET "leasedBy" = NULL, "leaseExpiresAt" = NULL
        FROM unnest(${items.map((each) => each.id)}::uuid[], ${items.map((each) => each.fence)}::int[]) AS held(id, fence)
        WHERE i."id" = held.id AND i."fence" = held.fence AND i."projectId" = ${projectId}::uuid AND i."state" = 'open' AND i."leasedBy" = ${userId}
        RETURNING i."id"::text`;
      return rows.map((row) => row.id);
    },
    async standing(projectId, itemId, userId) {
      const [row] = await database.$queryRaw<ItemStanding[]>`
        SELECT "imageId"::text, "predictionId"::text, "blind", "state", ("state" = 'open' AND "leasedBy" = ${userId} AND "leaseExpiresAt" > ${databaseNow}) IS TRUE AS "held"
        FROM "ReviewItem" WHERE "id" = ${itemId}::uuid AND "projectId" = ${projectId}::uuid`;
      return row ?? null;
    },
  };
}

/** What is held already stays held, under the same fence: the same person in a second window sees the same items. */
async function prolongMine(transaction: DatabaseOrTransaction, { projectId, userId, leaseSeconds }: Claim): Promise<string[]> {
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    WITH mine AS (
      UPDATE "ReviewItem" SET "leaseExpiresAt" = ${databaseNow} + make_interval(secs => ${leaseSeconds}::float8)
      WHERE "projectId" = ${projectId}::uuid AND "state" = 'open' AND "leasedBy" = ${userId} AND "leaseExpiresAt" > ${databaseNow}
      RETURNING "id", "roundId", "position")
    SELECT "id"::text FROM mine ORDER BY "roundId", "position", "id"`;
  return rows.map((row) => row.id);
}

/** Free items in the order of their rounds. Rows that another claim has locked are passed by, so nobody waits and no item goes out twice. */
async function takeNew(transaction: DatabaseOrTransaction, { projectId, userId, count, leaseSeconds }: Claim): Promise<string[]> {
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    WITH free AS MATERIALIZED (
      SELECT i."id" FROM "ReviewItem" i
      WHERE i."projectId" = ${projectId}::uuid AND i."state" = 'open' AND (i."leaseExpiresAt" IS NULL OR i."leaseExpiresAt" <= ${databaseNow})
        AND NOT ${hiddenImage('i."imageId"')}
        AND NOT EXISTS (SELECT 1 FROM "Annotation" a WHERE a."reviewItemId" = i."id" AND a."userId" = ${userId} AND a."kind" <> 'withdrawal'
                          AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id"))
      ORDER BY i."roundId", i."position", i."id" LIMIT ${count} FOR UPDATE OF i SKIP LOCKED
    ), taken AS (
      UPDATE "ReviewItem" i SET "leasedBy" = ${userId}, "leaseExpiresAt" = ${databaseNow} + make_interval(secs => ${leaseSeconds}::float8), "fence" = i."fence" + 1
      FROM free WHERE i."id" = free."id" RETURNING i."id", i."roundId", i."position")
    SELECT "id"::text FROM taken ORDER BY "roundId", "position", "id"`;
  return rows.map((row) => row.id);
}
