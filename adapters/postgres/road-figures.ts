import { v7 as uuidv7 } from 'uuid';
import type { RoadFigures } from '../../domain/ports-challenges.ts';
import type { Observation } from '../../domain/sequential-judge.ts';
import type { Database } from './connection.ts';
import { holdName, inTransaction } from './review-shared.ts';

/** What a look at the road reads from predictions, shadow answers and labels. @see RoadFigures */
export function createRoadFigures(database: Database): RoadFigures {
  return {
    async disagreements({ id, challengerId }, since) {
      // Only answers that were given blind and after both models had spoken: whoever saw one model's answer leans to it.
      const rows = await database.$queryRaw<{ challengerFailed: boolean }[]>`
        SELECT f."challengerFailed" FROM (
          SELECT DISTINCT ON (r."burst") r."burst", r."at", r."predictionId", r."challengerFailed" FROM (
            SELECT COALESCE(a."burstKey", p."id"::text) AS "burst", l."createdAt" AS "at", p."id" AS "predictionId",
                   CASE WHEN p."modelVersionId" = ${challengerId}::uuid THEN p."topClassId" ELSE s."classId" END <> l."classId" AS "challengerFailed",
                   CASE WHEN p."modelVersionId" = ${challengerId}::uuid THEN s."classId" ELSE p."topClassId" END <> l."classId" AS "championFailed"
            FROM "ShadowAnswer" s JOIN "Prediction" p ON p."id" = s."predictionId" JOIN "Arrival" a ON a."id" = p."arrivalId"
            JOIN "Label" l ON l."imageId" = p."imageId" AND l."createdAt" > s."createdAt" AND l."kind" = 'class' AND l."blind" AND l."source" IN ('review', 'adjudication')
            WHERE s."challengeId" = ${id}::uuid AND s."createdAt" >= ${since}::timestamptz AT TIME ZONE 'UTC' AND s."classId" <> p."topClassId" AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")
          ) r WHERE r."challengerFailed" <> r."championFailed" ORDER BY r."burst", r."at", r."predictionId"
        ) f ORDER BY f."at", f."predictionId"`;
      return rows.map(({ challengerFailed }): Observation => ({ challengerFailed, chance: 0.5 }));
    },
    async failures({ id, projectId, challengerId, championId }) {
      const rows = await database.$queryRaw<{ challengerFailed: boolean; percent: number }[]>`
        SELECT f."challengerFailed", f."percent" FROM (
          SELECT DISTINCT ON (w."unit") w."unit", l."createdAt" AS "at", w."predictionId", w."challengerFailed", w."percent" FROM (
            SELECT p."id" AS "predictionId", p."imageId", p."topClassId", p."createdAt", p."audit", p."modelVersionId" = ${challengerId}::uuid AS "challengerFailed", c."canaryPercent" AS "percent",
                   CASE WHEN a."cameraId" IS NULL THEN p."imageId"::text ELSE a."cameraId"::text || to_char(p."eventAt", 'YYYY-MM-DD') END AS "unit"
            FROM (SELECT "canaryPercent", "createdAt", lead("createdAt") OVER (ORDER BY "sequence") AS "until", "stage" FROM "ChallengeStep" WHERE "challengeId" = ${id}::uuid) c
            JOIN "Prediction" p ON p."projectId" = ${projectId}::uuid AND p."createdAt" >= c."createdAt" AND (c."until" IS NULL OR p."createdAt" < c."until")
            JOIN "Arrival" a ON a."id" = p."arrivalId"
            WHERE c."stage" IN ('canary', 'held') AND c."canaryPercent" > 0 AND c."canaryPercent" < 100 AND p."modelVersionId" IN (${challengerId}::uuid, ${championId}::uuid)
              AND (p."audit" OR EXISTS (SELECT 1 FROM "Flag" g WHERE g."predictionId" = p."id" AND g."reason" = 'reported'))
          ) w JOIN "Label" l ON l."imageId" = w."imageId" AND l."createdAt" > w."createdAt" AND l."kind" = 'class' AND l."classId" <> w."topClassId"
          WHERE NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") ORDER BY w."unit", l."createdAt", w."predictionId"
        ) f ORDER BY f."at", f."predictionId"`;
      return rows.map(({ challengerFailed, percent }): Observation => ({ challengerFailed, chance: percent / 100 }));
    },
    async traffic({ id, projectId, challengerId }, since, graceMs) {
      const settled = new Date(since.getTime() + graceMs);
      const [row] = await database.$queryRaw<{ images: number; challengerImages: number; compared: number; disagreed: number }[]>`
        SELECT p."images", p."challengerImages", c."compared", c."disagreed"
        FROM (SELECT (count(*) FILTER (WHERE "createdAt" >= ${settled}::timestamptz AT TIME ZONE 'UTC'))::int AS "images", (count(*) FILTER (WHERE "modelVersionId" = ${challengerId}::uuid))::int AS "challengerImages"
              FROM "Prediction" WHERE "projectId" = ${projectId}::uuid AND "createdAt" >= ${since}::timestamptz AT TIME ZONE 'UTC' AND "purpose" IN ('champion', 'canary')) p,
             (SELECT COALESCE(sum("seen"), 0)::int AS "compared", COALESCE(sum("disagreed"), 0)::int AS "disagreed" FROM "ShadowCount" WHERE "challengeId" = ${id}::uuid AND "hour" >= date_trunc('hour', ${since}::timestamptz AT TIME ZONE 'UTC')) c`;
      return row ?? { images: 0, challengerImages: 0, compared: 0, disagreed: 0 };
    },
    faults: ({ id }, modelVersionId) => database.challengeFault.findMany({ where: { challengeId: id, modelVersionId }, orderBy: { createdAt: 'asc' }, take: 10, select: { code: true, sentence: true } }),
    askAbout: ({ id, projectId }, { value, answersWanted, limit }) => inTransaction(database, async (transaction) => {
      await holdName(transaction, `disagreements/${id}`);
      const asked = await transaction.$queryRaw<{ predictionId: string; imageId: string; burstKey: string | null; differs: boolean; first: boolean; probability: number }[]>`
        SELECT q.*, row_number() OVER (PARTITION BY COALESCE(q."burstKey", q."predictionId"::text) ORDER BY q."differs" DESC, q."predictionId") = 1
               AND (q."burstKey" IS NULL OR NOT EXISTS (SELECT 1 FROM "ReviewItem" b JOIN "ShadowAnswer" o ON o."predictionId" = b."predictionId" WHERE b."projectId" = ${projectId}::uuid AND b."burstKey" = q."burstKey" AND b."blind" AND o."challengeId" = ${id}::uuid)) AS "first"
        FROM (
          SELECT s."predictionId", p."imageId", a."burstKey", s."classId" <> p."topClassId" AS "differs", s."probability"
          FROM "ShadowAnswer" s JOIN "Prediction" p ON p."id" = s."predictionId" JOIN "Arrival" a ON a."id" = p."arrivalId"
          WHERE s."challengeId" = ${id}::uuid AND (s."classId" <> p."topClassId" OR s."drawn")
            AND NOT EXISTS (SELECT 1 FROM "Flag" f WHERE f."predictionId" = s."predictionId" AND f."reason" = 'disagreement')
            AND (s."classId" <> p."topClassId" OR NOT EXISTS (SELECT 1 FROM "ReviewItem" i WHERE i."predictionId" = s."predictionId"))
          ORDER BY s."createdAt" LIMIT ${limit}
        ) q`;
      // Of a burst one is asked about; the flag says of the others too that the two differ.
      await transaction.flag.createMany({ data: asked.filter(({ differs }) => differs).map(({ predictionId, probability }) => ({ id: uuidv7(), projectId, predictionId, reason: 'disagreement', value: probability, threshold: null })), skipDuplicates: true });
      const first = asked.filter((each) => each.first);
      // What waits already for another reason, or behind another frame, is asked about by itself and blind: nobody has looked at it yet.
      const blinded = await transaction.$queryRaw<{ predictionId: string }[]>`
        UPDATE "ReviewItem" i SET "blind" = true, "value" = GREATEST(i."value", ${value}::float8), "standsFor" = NULL, "state" = CASE i."state" WHEN 'passed_over' THEN 'waiting' ELSE i."state" END
        WHERE i."predictionId" = ANY(${first.map((each) => each.predictionId)}::uuid[]) AND i."purpose" IN ('audit', 'flagged') AND (i."state" IN ('waiting', 'passed_over') OR (i."state" = 'open' AND i."fence" = 0))
        RETURNING i."predictionId"`;
      const there = new Set((await transaction.reviewItem.findMany({ where: { predictionId: { in: first.map((each) => each.predictionId) } }, select: { predictionId: true } })).map(({ predictionId }) => predictionId));
      const opened = first.filter((each) => !there.has(each.predictionId));
      await transaction.reviewItem.createMany({
        data: opened.map(({ predictionId, imageId, burstKey }) => ({ id: uuidv7(), projectId, imageId, predictionId, purpose: 'flagged', blind: true, value, answersWanted: answersWanted(), burstKey, state: 'waiting' })),
      });
      return opened.length + blinded.length;
    }),
  };
}
