import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { GoldRecords } from '../../domain/ports-review.ts';
import { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { currentLabels } from './label-records.ts';
import { databaseNow, holdName, inTransaction } from './review-shared.ts';

/** Images whose label is known for certain, and what people answered to them without knowing. */
export function createReviewGold(database: Database): GoldRecords {
  return {
    addGold: (request) => inTransaction(database, (transaction) => add(transaction, request)),
    async retireGold({ projectId, imageId, by }) {
      const retired = await database.$executeRaw`UPDATE "GoldImage" SET "retiredAt" = ${databaseNow}, "retiredBy" = ${by} WHERE "projectId" = ${projectId}::uuid AND "imageId" = ${imageId}::uuid AND "retiredAt" IS NULL`;
      if (retired === 0) throw new PerennialError('IMAGE_NOT_FOUND', 'This image is not a gold one.');
    },
    goldImages: (projectId, { after, limit }) => database.$queryRaw<Awaited<ReturnType<GoldRecords['goldImages']>>[number][]>`
      SELECT g."imageId"::text, g."classId", g."createdBy" AS "addedBy", g."createdAt" AS "addedAt", count(a."id")::int AS "asked", (count(a."id") FILTER (WHERE a."kind" = 'class' AND a."classId" = g."classId"))::int AS "right"
      FROM "GoldImage" g LEFT JOIN "ReviewItem" i ON i."imageId" = g."imageId" AND i."purpose" = 'gold'
      LEFT JOIN "Annotation" a ON a."reviewItemId" = i."id" AND a."kind" NOT IN ('withdrawal', 'skip') AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")
      WHERE g."projectId" = ${projectId}::uuid AND g."retiredAt" IS NULL AND (${after}::uuid IS NULL OR g."imageId" > ${after}::uuid) GROUP BY g."id" ORDER BY g."imageId" LIMIT ${limit}`,
    goldCandidates: (projectId, limit) => database.$queryRaw<{ imageId: string }[]>`
      SELECT l."imageId"::text FROM "Label" l WHERE l."projectId" = ${projectId}::uuid AND l."kind" = 'class' AND NOT l."audit" AND l."regionId" IS NULL AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")
        AND NOT EXISTS (SELECT 1 FROM "GoldImage" g WHERE g."imageId" = l."imageId" AND g."retiredAt" IS NULL) AND NOT ${hiddenImage('l."imageId"')}
        AND (l."source" = 'adjudication' OR (SELECT count(DISTINCT a."userId") FROM "Annotation" a WHERE a."reviewItemId" = l."reviewItemId" AND a."kind" = 'class' AND a."classId" = l."classId") > 1)
      ORDER BY random() LIMIT ${limit}`,
    answersForAgreement: (projectId, days) => database.$queryRaw<Awaited<ReturnType<GoldRecords['answersForAgreement']>>[number][]>`
      SELECT a."reviewItemId"::text AS "itemId", a."userId", CASE WHEN a."kind" = 'class' THEN a."classId" ELSE -1 END AS "answer",
             CASE WHEN i."purpose" = 'gold' THEN (SELECT g."classId" FROM "GoldImage" g WHERE g."imageId" = i."imageId" ORDER BY g."createdAt" DESC LIMIT 1) END AS "gold"
      FROM "Annotation" a JOIN "ReviewItem" i ON i."id" = a."reviewItemId"
      WHERE a."projectId" = ${projectId}::uuid AND a."kind" IN ('class', 'bad_image', 'person') AND a."propagatedFrom" IS NULL AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")
        AND a."createdAt" > ${databaseNow} - make_interval(days => ${days}::int)
        AND (i."purpose" = 'gold' OR EXISTS (SELECT 1 FROM "Annotation" o WHERE o."reviewItemId" = i."id" AND o."userId" <> a."userId" AND o."kind" IN ('class', 'bad_image', 'person')))
      ORDER BY a."createdAt" DESC LIMIT 200000`,
  };
}

async function add(transaction: DatabaseOrTransaction, { projectId, imageIds, by }: Parameters<GoldRecords['addGold']>[0]): ReturnType<GoldRecords['addGold']> {
  await holdName(transaction, `gold/${projectId}`);
  const [known, labels, already, hidden] = await Promise.all([
    transaction.image.findMany({ where: { projectId, id: { in: [...imageIds] } }, select: { id: true } }), currentLabels(transaction, projectId, imageIds),
    transaction.goldImage.findMany({ where: { projectId, imageId: { in: [...imageIds] }, retiredAt: null }, select: { imageId: true } }),
    transaction.$queryRaw<{ id: string }[]>(Prisma.sql`SELECT w.id::text AS id FROM unnest(${[...imageIds]}::uuid[]) AS w(id) WHERE ${hiddenImage('w.id')}`),
  ]);
  const [exists, gold, shut] = [new Set(known.map((each) => each.id)), new Set(already.map((each) => each.imageId)), new Set(hidden.map((each) => each.id))];
  const judged = [...new Set(imageIds)].map((imageId) => {
    const label = labels.get(imageId);
    const why = !exists.has(imageId) ? 'unknown' as const : gold.has(imageId) ? 'already' as const : shut.has(imageId) ? 'hidden' as const : label?.kind !== 'class' ? 'no_label' as const : null;
    return { imageId, why, classId: label?.classId ?? null };
  });
  const fresh = judged.flatMap(({ imageId, why, classId }) => (why !== null || classId === null ? [] : [{ imageId, classId }]));
  await transaction.goldImage.createMany({ data: fresh.map((each) => ({ id: uuidv7(), projectId, createdBy: by, ...each })) });
  if (fresh.length > 0) await transaction.historyEvent.create({ data: { id: uuidv7(), projectId, actor: by, action: 'gold.added', subject: projectId, after: { images: fresh.length } } });
  return { added: fresh.length, skipped: judged.flatMap(({ imageId, why }) => (why === null ? [] : [{ imageId, why }])) };
}
