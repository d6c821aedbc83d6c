import { isPerennialError } from '../../domain/errors.ts';
import type { GridRecords, HeldItem } from '../../domain/ports-review.ts';
import { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { annotate } from './review-answers.ts';
import { readHeldItems } from './review-held-items.ts';
import { databaseNow, inTransaction } from './review-shared.ts';

/** Open items that show what the model says, which this person has not answered; a hidden picture is never among them. */
const answerable = (projectId: string, userId: string): Prisma.Sql => Prisma.sql`
  i."projectId" = ${projectId}::uuid AND i."state" = 'open' AND NOT i."blind" AND NOT ${hiddenImage('i."imageId"')}
  AND NOT EXISTS (SELECT 1 FROM "Annotation" a WHERE a."reviewItemId" = i."id" AND a."userId" = ${userId} AND a."kind" <> 'withdrawal' AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id"))`;
const isFree = (userId: string): Prisma.Sql => Prisma.sql`(i."leaseExpiresAt" IS NULL OR i."leaseExpiresAt" <= ${databaseNow} OR i."leasedBy" = ${userId})`;

/** Pages of images that the model puts in one class. */
export function createReviewGrid(database: Database): GridRecords {
  return {
    gridClasses: (projectId, userId) => database.$queryRaw<{ classId: number; count: number }[]>`
      SELECT p."topClassId" AS "classId", count(*)::int AS count FROM "ReviewItem" i JOIN "Prediction" p ON p."id" = i."predictionId"
      WHERE ${answerable(projectId, userId)} AND ${isFree(userId)} GROUP BY p."topClassId" ORDER BY count DESC, p."topClassId"`,
    async claimGrid(request) {
      const ids = await inTransaction(database, (transaction) => take(transaction, request));
      return (await readHeldItems(database, ids)).filter((item): item is HeldItem => item.leaseExpiresAt !== null && !item.blind);
    },
    async itemFacts(projectId, itemIds) {
      const rows = await database.reviewItem.findMany({ where: { projectId, id: { in: [...itemIds] } }, select: { id: true, imageId: true, blind: true } });
      return new Map(rows.map(({ id, ...facts }) => [id, facts]));
    },
    annotateMany: (annotations) => inTransaction(database, async (transaction) => {
      const results: Awaited<ReturnType<GridRecords['annotateMany']>>[number][] = [];
      // In one order whoever asks, so that two pages with the same items cannot wait for one another.
      for (const annotation of annotations.toSorted((a, b) => (a.itemId < b.itemId ? -1 : 1))) {
        try {
          results.push({ itemId: annotation.itemId, ...(await annotate(transaction, annotation)) });
        } catch (refusal) {
          // A refusal wrote nothing: the other items of the page stand.
          if (!isPerennialError(refusal)) throw refusal;
          results.push({ itemId: annotation.itemId, refused: refusal.code });
        }
      }
      return results;
    }),
  };
}

/** What the asker holds of the class first, then the surest; what is on the screen already is kept and not sent again. */
async function take(transaction: DatabaseOrTransaction, { projectId, userId, classIds, count, holding, leaseSeconds }: Parameters<GridRecords['claimGrid']>[0]): Promise<string[]> {
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    WITH free AS MATERIALIZED (
      SELECT i."id", p."confidence" FROM "ReviewItem" i JOIN "Prediction" p ON p."id" = i."predictionId"
      WHERE ${answerable(projectId, userId)} AND ${isFree(userId)} AND p."topClassId" = ANY(${[...classIds]}::int[]) AND NOT i."id" = ANY(${[...holding]}::uuid[])
      ORDER BY (i."leasedBy" IS NOT DISTINCT FROM ${userId} AND i."leaseExpiresAt" > ${databaseNow}) DESC, p."confidence" DESC, i."id" LIMIT ${count} FOR UPDATE OF i SKIP LOCKED
    ), taken AS (
      UPDATE "ReviewItem" i SET "fence" = CASE WHEN i."leasedBy" = ${userId} AND i."leaseExpiresAt" > ${databaseNow} THEN i."fence" ELSE i."fence" + 1 END,
        "leasedBy" = ${userId}, "leaseExpiresAt" = ${databaseNow} + make_interval(secs => ${leaseSeconds}::float8)
      FROM free WHERE i."id" = free."id" RETURNING i."id", free."confidence")
    SELECT "id"::text FROM taken ORDER BY "confidence" DESC, "id"`;
  return rows.map((row) => row.id);
}
