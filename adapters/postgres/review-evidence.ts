import type { EvidenceRecords } from '../../domain/ports-review.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { readHeldItems } from './review-held-items.ts';

/** Labelled images whose label holds and may be shown beside others: no hidden picture, and no gold one, whose answer would be given away. */
const shown = Prisma.sql`l."kind" = 'class' AND l."regionId" IS NULL AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")
  AND NOT EXISTS (SELECT 1 FROM "GoldImage" g WHERE g."imageId" = l."imageId" AND g."retiredAt" IS NULL) AND NOT ${hiddenImage('l."imageId"')}`;
/** Pictures looked at to choose a card's examples from. */
const candidatesMax = 200;

/** What helps to decide about an item or to know a class. */
export function createReviewEvidence(database: Database): EvidenceRecords {
  return {
    async itemEvidence(projectId, itemId) {
      const [held] = await readHeldItems(database, [itemId]);
      const [row] = await database.$queryRaw<{ predictionId: string | null; margin: number | null; novelty: number | null; weightsDigest: string | null; preprocessingDigest: string | null }[]>`
        SELECT i."predictionId"::text, p."margin", p."novelty", v."backboneDigest" AS "weightsDigest", v."preprocessingDigest"
        FROM "ReviewItem" i LEFT JOIN "Prediction" p ON p."id" = i."predictionId" LEFT JOIN "ModelVersion" v ON v."id" = p."modelVersionId" WHERE i."id" = ${itemId}::uuid AND i."projectId" = ${projectId}::uuid`;
      if (held === undefined || row === undefined) return null;
      const [image, arrival] = await Promise.all([
        database.image.findUniqueOrThrow({ where: { id: held.imageId }, select: { mediaType: true, statistics: true } }),
        database.arrival.findFirst({ where: { imageId: held.imageId, projectId }, orderBy: { receivedAt: 'asc' } }),
      ]);
      const camera = arrival?.cameraId == null ? null : await database.camera.findUnique({ where: { id: arrival.cameraId }, select: { site: true } });
      return {
        item: held, margin: row.margin, novelty: row.novelty, weightsDigest: row.weightsDigest, preprocessingDigest: row.preprocessingDigest, mediaType: image.mediaType,
        figures: Object.fromEntries(Object.entries(image.statistics as Record<string, unknown>).filter((each): each is [string, number] => typeof each[1] === 'number' && Number.isFinite(each[1]))),
        site: camera?.site ?? null, fileName: arrival?.fileName ?? null, exifTime: arrival?.exifTime ?? null, receivedAt: arrival?.receivedAt ?? null,
      };
    },
    labelledSample: (projectId, perClass) => database.$queryRaw<{ imageId: string; classId: number }[]>`
      SELECT "imageId"::text, "classId" FROM (
        SELECT l."imageId", l."classId", row_number() OVER (PARTITION BY l."classId" ORDER BY l."createdAt" DESC, l."id" DESC) AS place FROM "Label" l WHERE l."projectId" = ${projectId}::uuid AND ${shown}) newest
      WHERE place <= ${perClass}`,
    labelCounts: (projectId) => database.$queryRaw<{ classId: number; count: number }[]>`
      SELECT l."classId", count(*)::int AS count FROM "Label" l WHERE l."projectId" = ${projectId}::uuid AND l."kind" = 'class' AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") GROUP BY l."classId"`,
    // Sure ones first: settled by an adjudicator, then by people, then imported, then spread.
    classExamples: (projectId, classId) => database.$queryRaw<Awaited<ReturnType<EvidenceRecords['classExamples']>>[number][]>`
      SELECT l."imageId"::text, c."name" AS "camera", a."burstKey", a."capturedAt" FROM "Label" l
      LEFT JOIN LATERAL (SELECT x."cameraId", x."burstKey", x."capturedAt" FROM "Arrival" x WHERE x."imageId" = l."imageId" ORDER BY x."receivedAt" LIMIT 1) a ON true LEFT JOIN "Camera" c ON c."id" = a."cameraId"
      WHERE l."projectId" = ${projectId}::uuid AND l."classId" = ${classId} AND ${shown}
      ORDER BY array_position(ARRAY['adjudication', 'review', 'import', 'class_change', 'propagated'], l."source"), l."createdAt" DESC, l."id" LIMIT ${candidatesMax}`,
    confusedWith: (projectId, classId) => database.$queryRaw<{ classId: number; count: number }[]>`
      SELECT b."classId", count(DISTINCT a."reviewItemId")::int AS count FROM "Annotation" a JOIN "Annotation" b ON b."reviewItemId" = a."reviewItemId" AND b."userId" <> a."userId" AND b."kind" = 'class' AND b."classId" <> a."classId"
      WHERE a."projectId" = ${projectId}::uuid AND a."kind" = 'class' AND a."classId" = ${classId} AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" IN (a."id", b."id")) GROUP BY b."classId" ORDER BY count DESC, b."classId" LIMIT 5`,
    async describedClasses(projectId) {
      const set = await database.classSet.findFirst({ where: { projectId }, orderBy: { version: 'desc' }, select: { classes: true } });
      return ((set?.classes ?? []) as unknown as (ProjectClass & { description?: string })[]).map(({ classId, name, description }) => ({ classId, name, description: description ?? null }));
    },
  };
}
