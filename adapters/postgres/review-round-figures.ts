import { PerennialError } from '../../domain/errors.ts';
import type { RoundFigures, RoundItemRecord, RoundFigureRecords } from '../../domain/ports-review.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { databaseNow } from './review-shared.ts';

const holds = (alias: string): Prisma.Sql => Prisma.sql`NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = ${Prisma.raw(alias)}."id")`;

/** Live figures of a round, its items by pages, and its deadline moved. */
export function createRoundFigures(database: Database): RoundFigureRecords {
  return {
    async roundFigures(projectId, roundId) {
      // Answers are counted by the index, item by item: joined to `given`, of whose size the planner knows nothing, 5,000 items took seconds.
      const [row] = await database.$queryRaw<RoundFigures[]>`
        WITH items AS (SELECT * FROM "ReviewItem" WHERE "roundId" = ${roundId}::uuid AND "projectId" = ${projectId}::uuid),
        given AS (SELECT a.* FROM "Annotation" a JOIN items i ON i."id" = a."reviewItemId" WHERE a."kind" NOT IN ('withdrawal', 'skip') AND ${holds('a')}),
        recent AS (SELECT * FROM given WHERE "createdAt" > ${databaseNow} - interval '1 hour')
        SELECT (SELECT count(*)::int FROM items WHERE "state" = 'open') AS "open",
               (SELECT count(*)::int FROM items WHERE "state" = 'open' AND "leaseExpiresAt" > ${databaseNow}) AS "held",
               (SELECT count(*)::int FROM items WHERE "state" = 'settled') AS "settled",
               (SELECT count(*)::int FROM items WHERE "state" = 'unresolved') AS "unresolved",
               (SELECT count(*)::int FROM recent) AS "answersLastHour",
               (SELECT count(DISTINCT "userId")::int FROM recent) AS "peopleLastHour",
               (SELECT count(DISTINCT l."imageId")::int FROM "Label" l JOIN "ReviewItem" i ON i."id" = l."reviewItemId"
                  WHERE l."projectId" = ${projectId}::uuid AND l."createdAt" > ${databaseNow} - interval '1 hour' AND l."kind" <> 'withdrawn' AND l."source" IN ('review', 'propagated')
                    AND (i."roundId" = ${roundId}::uuid OR i."standsFor" IN (SELECT "id" FROM items))) AS "imagesLastHour",
               (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY "leadTimeMs") FROM given WHERE "leadTimeMs" IS NOT NULL) AS "leadTimeMsMedian",
               (SELECT COALESCE(sum(GREATEST(1, i."answersWanted" - (SELECT count(*) FROM "Annotation" a WHERE a."reviewItemId" = i."id" AND a."kind" NOT IN ('withdrawal', 'skip') AND ${holds('a')}))), 0)::int FROM items i WHERE i."state" = 'open') AS "answersLeft",
               (SELECT ${databaseNow}) AS "now"`;
      if (row === undefined) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
      return row;
    },
    async roundItems(projectId, roundId, { after, limit, state }) {
      return database.$queryRaw<RoundItemRecord[]>`
        SELECT i."id"::text, i."imageId"::text, i."state", i."blind", i."answersWanted", p."topClassId", p."confidence",
               (SELECT count(*)::int FROM "Annotation" a WHERE a."reviewItemId" = i."id" AND a."kind" <> 'withdrawal' AND ${holds('a')}) AS "answers",
               CASE WHEN i."leaseExpiresAt" > ${databaseNow} THEN COALESCE((SELECT u."name" FROM "User" u WHERE u."id" = i."leasedBy"), 'a key') END AS "heldBy", l."kind" AS "labelKind", l."classId" AS "labelClassId"
        FROM "ReviewItem" i LEFT JOIN "Prediction" p ON p."id" = i."predictionId"
        LEFT JOIN LATERAL (SELECT x."kind", x."classId" FROM "Label" x WHERE x."imageId" = i."imageId" AND x."projectId" = i."projectId" AND x."regionId" IS NULL ORDER BY x."createdAt" DESC, x."id" DESC LIMIT 1) l ON true
        WHERE i."roundId" = ${roundId}::uuid AND i."projectId" = ${projectId}::uuid AND NOT ${hiddenImage('i."imageId"')}
          AND (${after}::uuid IS NULL OR i."id" > ${after}::uuid) ${state === null ? Prisma.empty : Prisma.sql`AND i."state" = ${state}`}
        ORDER BY i."id" LIMIT ${limit}`;
    },
    async moveDeadline({ projectId, roundId, deadlineAt }) {
      const moved = await database.$executeRaw`
        UPDATE "ReviewRound" SET "deadlineAt" = ${deadlineAt}::timestamp WHERE "id" = ${roundId}::uuid AND "projectId" = ${projectId}::uuid AND "state" = 'open' AND ${deadlineAt}::timestamp > ${databaseNow}`;
      if (moved > 0) return;
      const known = await database.reviewRound.findFirst({ where: { id: roundId, projectId }, select: { state: true } });
      if (known === null) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
      throw known.state === 'open' ? new PerennialError('REQUEST_INVALID', 'deadlineAt: it lies in the past') : new PerennialError('REVIEW_ROUND_CLOSED');
    },
  };
}
