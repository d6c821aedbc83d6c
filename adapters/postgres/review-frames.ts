import type { FrameRecord } from '../../domain/ports-review.ts';
import type { Database } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';

/** Frames looked at for one item; one more than shown, so that it is known whether there are more. */
const framesMax = 201;

/**
 * The bursts around items: the item itself, what stands behind it, and the other frames of its burst for what is around it.
 * In order of time, each image once; hidden pictures are left out.
 */
export async function readFrames(database: Database, projectId: string, itemIds: readonly string[]): Promise<ReadonlyMap<string, readonly FrameRecord[]>> {
  if (itemIds.length === 0) return new Map();
  const rows = await database.$queryRaw<(FrameRecord & { leader: string })[]>`
    WITH asked AS (SELECT i."id", i."imageId", i."burstKey" FROM "ReviewItem" i WHERE i."projectId" = ${projectId}::uuid AND i."id" = ANY(${itemIds}::uuid[])),
    members AS (
      SELECT a."id" AS leader, a."imageId", true AS leads, true AS answerable FROM asked a
      UNION ALL SELECT a."id", f."imageId", false, f."state" IN ('waiting', 'open') FROM asked a JOIN "ReviewItem" f ON f."standsFor" = a."id" AND f."projectId" = ${projectId}::uuid
      UNION ALL SELECT a."id", r."imageId", false, false FROM asked a JOIN "Arrival" r ON r."projectId" = ${projectId}::uuid AND r."burstKey" = a."burstKey"),
    single AS (SELECT leader, "imageId", bool_or(leads) AS leads, bool_or(answerable) AS answerable FROM members GROUP BY leader, "imageId"),
    timed AS (
      SELECT s.*, m."width", m."height", t."capturedAt", row_number() OVER (PARTITION BY s.leader ORDER BY s.leads DESC, s.answerable DESC, t."capturedAt" NULLS LAST, s."imageId") AS place
      FROM single s JOIN "Image" m ON m."id" = s."imageId"
      LEFT JOIN LATERAL (SELECT x."capturedAt" FROM "Arrival" x WHERE x."imageId" = s."imageId" ORDER BY x."receivedAt" LIMIT 1) t ON true
      WHERE NOT ${hiddenImage('s."imageId"')})
    SELECT t.leader::text AS leader, t."imageId"::text AS "imageId", t."width", t."height", t."capturedAt", t.leads, t.answerable, p."topClassId", p."confidence"
    FROM timed t
    LEFT JOIN LATERAL (SELECT q."topClassId", q."confidence" FROM "Prediction" q WHERE q."projectId" = ${projectId}::uuid AND q."imageId" = t."imageId" AND q."purpose" <> 'shadow' ORDER BY q."createdAt" DESC LIMIT 1) p ON true
    WHERE t.place <= ${framesMax} ORDER BY t.leader, t."capturedAt" NULLS LAST, t."imageId"`;
  return new Map([...Map.groupBy(rows, (row) => row.leader)].map(([leader, frames]) => [leader, frames.map(({ leader: _leader, ...frame }) => frame)]));
}
