import type { Flag } from '../../domain/flag.ts';
import { flagReasonOrder } from '../../domain/policy.ts';
import type { HeldItem } from '../../domain/ports-review.ts';
import type { DatabaseOrTransaction } from './connection.ts';

type Row = Omit<HeldItem, 'prediction'> & {
  predictionId: string | null; probabilities: number[] | null; topClassId: number | null; confidence: number | null; modelVersionNumber: number | null; classIds: number[] | null;
};

/** All that is known of items, in the order of their ids. */
export async function readHeldItems(database: DatabaseOrTransaction, itemIds: readonly string[]): Promise<readonly HeldItem[]> {
  if (itemIds.length === 0) return [];
  const rows = await database.$queryRaw<Row[]>`
    SELECT i."id"::text, i."roundId"::text, i."imageId"::text, i."fence", i."leaseExpiresAt", i."blind", m."width", m."height", c."name" AS "camera", a."capturedAt",
           1 + (SELECT count(*)::int FROM "ReviewItem" f WHERE f."standsFor" = i."id") AS "burstSize",
           p."id"::text AS "predictionId", p."probabilities", p."topClassId", p."confidence", v."number" AS "modelVersionNumber",
           (SELECT array_agg((each->>'classId')::int ORDER BY at) FROM jsonb_array_elements(s."classes") WITH ORDINALITY AS e(each, at)) AS "classIds"
    FROM unnest(${itemIds}::uuid[]) WITH ORDINALITY AS wanted(id, at)
    JOIN "ReviewItem" i ON i."id" = wanted.id
    JOIN "Image" m ON m."id" = i."imageId"
    LEFT JOIN "Prediction" p ON p."id" = i."predictionId"
    LEFT JOIN LATERAL (SELECT * FROM "Arrival" x WHERE x."id" = p."arrivalId" OR (p."id" IS NULL AND x."imageId" = i."imageId") ORDER BY x."receivedAt" LIMIT 1) a ON true
    LEFT JOIN "Camera" c ON c."id" = a."cameraId"
    LEFT JOIN "ModelVersion" v ON v."id" = p."modelVersionId"
    LEFT JOIN "ClassSet" s ON s."id" = v."classSetId"
    ORDER BY wanted.at`;
  const flags = await flagsOf(database, rows.flatMap((row) => row.predictionId ?? []));
  return rows.map(({ predictionId, probabilities, topClassId, confidence, modelVersionNumber, classIds, ...item }) => ({
    ...item,
    prediction: predictionId === null || topClassId === null || confidence === null ? null : {
      classes: classesOf(classIds ?? [], probabilities ?? [], topClassId, confidence), confidence, modelVersionNumber: modelVersionNumber ?? 0, flags: flags.get(predictionId) ?? [],
    },
  }));
}

/** Probabilities stand in the order of the version's classes; where the two do not match, the top class alone is known. */
function classesOf(classIds: readonly number[], probabilities: readonly number[], topClassId: number, confidence: number) {
  if (classIds.length !== probabilities.length) return [{ classId: topClassId, probability: confidence }];
  return classIds.map((classId, at) => ({ classId, probability: probabilities[at] ?? 0 })).toSorted((a, b) => b.probability - a.probability);
}

async function flagsOf(database: DatabaseOrTransaction, predictionIds: readonly string[]): Promise<Map<string, Flag[]>> {
  const rows = await database.flag.findMany({ where: { predictionId: { in: [...predictionIds] } }, select: { predictionId: true, reason: true, value: true, threshold: true } });
  const order = (flag: Flag): number => flagReasonOrder.indexOf(flag.reason);
  const told = rows.map(({ predictionId, reason, value, threshold }) => ({ predictionId, flag: { reason: reason as Flag['reason'], value, threshold } }));
  return new Map([...Map.groupBy(told, (each) => each.predictionId)].map(([id, own]) => [id, own.map((each) => each.flag).toSorted((a, b) => order(a) - order(b))]));
}
