import type { ReviewProgress, ReviewRecords } from '../../domain/ports-review.ts';
import type { Database } from './connection.ts';
import { createReviewRounds } from './review-rounds.ts';

type Counts = Omit<ReviewProgress, 'round'>;

/** Where review stands: of the newest round where there is one, and what waits behind it. */
export function createReviewProgress(database: Database): Pick<ReviewRecords, 'progress'> {
  const rounds = createReviewRounds(database);
  return {
    async progress(projectId, userId) {
      const [round = null] = await rounds.rounds(projectId, 1);
      const [counts] = await database.$queryRaw<Counts[]>`
        SELECT (SELECT count(*)::int FROM "ReviewItem" WHERE "projectId" = ${projectId}::uuid AND "state" = 'waiting' AND "standsFor" IS NULL) AS "waiting",
               (SELECT count(*)::int FROM "ReviewItem" WHERE "projectId" = ${projectId}::uuid AND "state" = 'open') AS "open",
               (SELECT count(*)::int FROM "ReviewItem" WHERE "roundId" = ${round?.id ?? null}::uuid AND "state" = 'settled') AS "settled",
               (SELECT count(*)::int FROM "Annotation" a JOIN "ReviewItem" i ON i."id" = a."reviewItemId" WHERE i."roundId" = ${round?.id ?? null}::uuid AND a."userId" = ${userId} AND a."kind" <> 'withdrawal'
                  AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")) AS "mine"`;
      return { round, ...(counts ?? { waiting: 0, open: 0, settled: 0, mine: 0 }) };
    },
  };
}
