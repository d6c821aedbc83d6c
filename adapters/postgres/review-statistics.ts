import type { PersonDay, PersonFigures, StatisticsRecords } from '../../domain/ports-review.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';
import { databaseNow } from './review-shared.ts';

const taken = Prisma.sql`EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")`;
const since = (days: number): Prisma.Sql => Prisma.sql`a."createdAt" > ${databaseNow} - make_interval(days => ${days}::int)`;

/** What people answered, how fast, and how often the label is theirs. */
export function createReviewStatistics(database: Database): StatisticsRecords {
  return {
    async personFigures({ projectId, userId, days }) {
      const mine = Prisma.sql`a."projectId" = ${projectId}::uuid AND a."userId" = ${userId} AND a."kind" <> 'withdrawal' AND ${since(days)}`;
      const [row] = await database.$queryRaw<PersonFigures[]>`
        WITH given AS (SELECT a.*, ${taken} AS "taken" FROM "Annotation" a WHERE ${mine}),
        own AS (SELECT * FROM given WHERE "propagatedFrom" IS NULL AND NOT "taken" AND "kind" <> 'skip')
        SELECT (SELECT count(*)::int FROM own) AS "answers",
               (SELECT count(*)::int FROM (SELECT "imageId" FROM given WHERE NOT "taken" AND "kind" <> 'skip'
                  UNION SELECT l."imageId" FROM "Label" l WHERE l."projectId" = ${projectId}::uuid AND l."createdBy" = ${userId} AND l."source" = 'propagated' AND l."kind" <> 'withdrawn'
                    AND l."createdAt" > ${databaseNow} - make_interval(days => ${days}::int) AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")) images) AS "images",
               (SELECT count(*)::int FROM given WHERE "kind" = 'skip' AND NOT "taken") AS "skips",
               (SELECT count(*)::int FROM given WHERE "taken" AND "propagatedFrom" IS NULL) AS "withdrawn",
               (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY "leadTimeMs") FROM own WHERE "leadTimeMs" IS NOT NULL) AS "leadTimeMsMedian",
               (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY "leadTimeMs") FROM own WHERE "leadTimeMs" IS NOT NULL) AS "leadTimeMsP90",
               (SELECT COALESCE(sum("leadTimeMs"), 0)::float8 FROM own) AS "leadTimeMsSum",
               (SELECT count(*)::int FROM own WHERE "createdAt" > ${databaseNow} - interval '1 hour') AS "answersLastHour"`;
      return row as PersonFigures;
    },
    personDays: ({ projectId, userId, days, timeZone }) => database.$queryRaw<PersonDay[]>`
      SELECT to_char((a."createdAt" AT TIME ZONE 'UTC') AT TIME ZONE ${timeZone}, 'YYYY-MM-DD') AS "day", (count(*) FILTER (WHERE a."propagatedFrom" IS NULL))::int AS "answers", count(DISTINCT a."imageId")::int AS "images",
             percentile_cont(0.5) WITHIN GROUP (ORDER BY a."leadTimeMs") AS "leadTimeMsMedian"
      FROM "Annotation" a WHERE a."projectId" = ${projectId}::uuid AND a."userId" = ${userId} AND a."kind" NOT IN ('withdrawal', 'skip') AND NOT ${taken} AND ${since(days)} GROUP BY 1 ORDER BY 1`,
    async agreed({ projectId, userId, days }) {
      const [row] = await database.$queryRaw<{ items: number; same: number }[]>`
        SELECT count(*)::int AS "items", (count(*) FILTER (WHERE (l."kind" = 'class' AND a."kind" = 'class' AND a."classId" = l."classId") OR (l."kind" = 'unusable' AND a."kind" IN ('bad_image', 'person'))))::int AS "same"
        FROM "Annotation" a JOIN "ReviewItem" i ON i."id" = a."reviewItemId" AND i."state" = 'settled'
        JOIN LATERAL (SELECT x."kind", x."classId" FROM "Label" x WHERE x."projectId" = i."projectId" AND x."imageId" = i."imageId" AND x."reviewItemId" = i."id" ORDER BY x."createdAt" DESC, x."id" DESC LIMIT 1) l ON l."kind" <> 'withdrawn'
        WHERE a."projectId" = ${projectId}::uuid AND a."userId" = ${userId} AND a."kind" IN ('class', 'bad_image', 'person') AND a."propagatedFrom" IS NULL AND NOT ${taken} AND ${since(days)}
          AND (EXISTS (SELECT 1 FROM "Adjudication" d WHERE d."reviewItemId" = i."id")
               OR EXISTS (SELECT 1 FROM "Annotation" o WHERE o."reviewItemId" = i."id" AND o."userId" <> a."userId" AND o."kind" IN ('class', 'bad_image', 'person')))`;
      return row ?? { items: 0, same: 0 };
    },
    async answerers(projectId, days) {
      const rows = await database.$queryRaw<{ id: string; name: string | null; role: string | null }[]>`
        SELECT w.id, COALESCE(u."name", k."name") AS name, COALESCE(m."role", k."role") AS role FROM (SELECT DISTINCT a."userId" AS id FROM "Annotation" a WHERE a."projectId" = ${projectId}::uuid AND ${since(days)}) w
        LEFT JOIN "User" u ON u."id" = w.id LEFT JOIN "ApiKey" k ON k."id"::text = w.id LEFT JOIN "Membership" m ON m."userId" = w.id AND m."projectId" = ${projectId}::uuid
        ORDER BY name, w.id LIMIT 500`;
      return rows.map(({ id, name, role }) => ({ id, name: name ?? id, role }));
    },
  };
}
