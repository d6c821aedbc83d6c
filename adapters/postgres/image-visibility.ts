import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { ImageVisibilityRecords } from '../../domain/ports-review.ts';
import { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { databaseNow, holdName, inTransaction } from './review-shared.ts';

/** Whether an image is shown to admins alone, as an SQL condition: the newest act holds. `imageId` is a column, written by us. */
export const hiddenImage = (imageId: string): Prisma.Sql =>
  Prisma.sql`COALESCE((SELECT v."hidden" FROM "ImageVisibility" v WHERE v."imageId" = ${Prisma.raw(imageId)} ORDER BY v."createdAt" DESC, v."id" DESC LIMIT 1), false)`;

interface Act { readonly projectId: string; readonly imageId: string; readonly hidden: boolean; readonly reason: string; readonly by: string; readonly annotationId: string | null }

async function append(transaction: DatabaseOrTransaction, { projectId, imageId, hidden, reason, by, annotationId }: Act): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO "ImageVisibility" ("id", "projectId", "imageId", "hidden", "reason", "annotationId", "createdBy", "createdAt")
    VALUES (${uuidv7()}::uuid, ${projectId}::uuid, ${imageId}::uuid, ${hidden}, ${reason}, ${annotationId}::uuid, ${by}, ${databaseNow})`;
  await transaction.historyEvent.create({ data: { id: uuidv7(), projectId, actor: by, action: hidden ? 'image.hidden' : 'image.shown', subject: imageId, after: { reason } } });
}

/** Somebody saw a person in the picture: from here on it is for admins alone. */
export const hideForPerson = (transaction: DatabaseOrTransaction, answer: { projectId: string; imageId: string; userId: string; annotationId: string }): Promise<void> =>
  append(transaction, { ...answer, hidden: true, reason: 'person', by: answer.userId });

/** The answer was taken back: shown again, unless somebody else's answer still says so or an admin has decided since. */
export async function showAfterWithdrawal(transaction: DatabaseOrTransaction, answer: { projectId: string; imageId: string; userId: string; annotationId: string }): Promise<void> {
  const newest = await transaction.imageVisibility.findFirst({ where: { imageId: answer.imageId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
  const [row] = await transaction.$queryRaw<{ others: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM "Annotation" a WHERE a."imageId" = ${answer.imageId}::uuid AND a."kind" = 'person' AND a."id" <> ${answer.annotationId}::uuid
                     AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")) AS others`;
  if (newest?.hidden === true && newest.annotationId !== null && row?.others !== true) await append(transaction, { ...answer, hidden: false, reason: 'the answer was taken back', by: answer.userId });
}

/** Who may see an image, as recorded acts. */
export function createImageVisibility(database: Database): ImageVisibilityRecords {
  return {
    async hidden(imageIds) {
      if (imageIds.length === 0) return new Set();
      const rows = await database.$queryRaw<{ id: string }[]>`SELECT w.id::text AS id FROM unnest(${[...imageIds]}::uuid[]) AS w(id) WHERE ${hiddenImage('w.id')}`;
      return new Set(rows.map((row) => row.id));
    },
    setVisibility: ({ projectId, imageId, hidden, reason, by }) => inTransaction(database, async (transaction) => {
      if ((await transaction.image.findFirst({ where: { id: imageId, projectId }, select: { id: true } })) === null) throw new PerennialError('IMAGE_NOT_FOUND');
      await holdName(transaction, `visibility/${imageId}`);
      await append(transaction, { projectId, imageId, hidden, reason, by, annotationId: null });
    }),
    async acts(projectId, imageId) {
      const rows = await database.imageVisibility.findMany({ where: { projectId, imageId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: 100 });
      return rows.map(({ hidden, reason, createdBy, createdAt }) => ({ hidden, reason, by: createdBy, at: createdAt }));
    },
    async hiddenIds(projectId, { after, limit }) {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT i."id"::text AS id FROM "Image" i WHERE i."projectId" = ${projectId}::uuid AND (${after}::uuid IS NULL OR i."id" < ${after}::uuid)
          AND i."id" IN (SELECT "imageId" FROM "ImageVisibility" WHERE "projectId" = ${projectId}::uuid) AND ${hiddenImage('i."id"')}
        ORDER BY i."id" DESC LIMIT ${limit}`;
      return rows.map((row) => row.id);
    },
  };
}
