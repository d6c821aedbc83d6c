import type { StoredAnswer, StoredAnswers } from '../../domain/ports-hindsight.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';

const pageLength = 5_000;

type Row = Omit<StoredAnswer, 'classIds' | 'embedding'> & { classSetId: string; blockId: string | null; objectKey: string | null; row: number | null; dimensions: number | null };

/** Stored predictions with the settled class of their image and the place of its embedding, a page a question. */
export function createStoredAnswers(database: Database): StoredAnswers {
  return {
    async *pages(projectId, { weightsDigest, preprocessingDigest }, imagesMax) {
      const sets = await database.classSet.findMany({ where: { projectId } });
      const classIdsOf = new Map(sets.map(({ id, classes }) => [id, (classes as unknown as ProjectClass[]).map(({ classId }) => classId)]));
      const ask = (after: string | null, limit: number): Promise<Row[]> => database.$queryRaw<Row[]>`
        SELECT p."id"::text AS "predictionId", p."probabilities", p."topClassId" AS "classId", p."audit", p."eventAt", c."name" AS camera, v."classSetId"::text,
               (i."statistics"->>'sharpness')::float8 AS sharpness, l."classId" AS truth, e."blockId"::text, b."objectKey", e."offset" AS row, b."dimensions",
               EXISTS (SELECT FROM "Flag" f WHERE f."predictionId" = p."id" AND f."reason" IN ('low_confidence', 'ambiguous', 'novel', 'blurred')) AS flagged
        FROM "Prediction" p
        JOIN "Image" i ON i."id" = p."imageId"
        JOIN "Arrival" a ON a."id" = p."arrivalId"
        JOIN "ModelVersion" v ON v."id" = p."modelVersionId"
        LEFT JOIN "Camera" c ON c."id" = a."cameraId"
        LEFT JOIN "ImageEmbedding" e ON e."imageId" = p."imageId" AND e."weightsDigest" = ${weightsDigest} AND e."preprocessingDigest" = ${preprocessingDigest}
        LEFT JOIN "EmbeddingBlock" b ON b."id" = e."blockId"
        LEFT JOIN LATERAL (
          SELECT x."classId" FROM "Label" x WHERE x."projectId" = p."projectId" AND x."imageId" = p."imageId" AND x."regionId" IS NULL AND x."kind" = 'class'
            AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = x."id") ORDER BY x."createdAt" DESC, x."id" DESC LIMIT 1
        ) l ON true
        WHERE p."projectId" = ${projectId}::uuid AND p."purpose" IN ('champion', 'canary') ${after === null ? Prisma.empty : Prisma.sql`AND p."id" < ${after}::uuid`}
        ORDER BY p."id" DESC LIMIT ${limit}`;
      let left = imagesMax;
      let asked = left > 0 ? ask(null, Math.min(pageLength, left)) : null;
      while (asked !== null) {
        const rows: Row[] = await asked;
        left -= rows.length;
        const last = rows.at(-1)?.predictionId ?? null;
        // Asked before this page is worked on, so that the database looks the next one up meanwhile.
        asked = last === null || left <= 0 || rows.length < pageLength ? null : ask(last, Math.min(pageLength, left));
        // Who stops reading leaves the question behind: its failure is nobody's.
        asked?.catch(() => undefined);
        yield rows.map((row) => told(row, classIdsOf.get(row.classSetId) ?? []));
      }
    },
  };
}

function told({ predictionId, probabilities, classId, audit, flagged, eventAt, camera, sharpness, truth, ...place }: Row, classIds: readonly number[]): StoredAnswer {
  const { blockId, objectKey, row, dimensions } = place;
  const known = blockId !== null && objectKey !== null && row !== null && dimensions !== null;
  return { predictionId, probabilities, classIds, classId, audit, flagged, eventAt, camera, sharpness, truth, embedding: known ? { blockId, objectKey, row, dimensions } : null };
}
