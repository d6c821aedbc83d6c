import type { LabelRecord, LabelRecords } from '../../domain/ports-review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { appendLabels, currentLabels, holdLabels, type NewLabel } from './label-records.ts';
import { inTransaction } from './review-shared.ts';

/** Labels: imported with a labelled start, and listed. */
export function createLabelRepository(database: Database): LabelRecords {
  return {
    importLabels: (request) => inTransaction(database, (transaction) => importLabels(transaction, request)),
    imageIds: async (projectId, hashes) => new Map((await database.image.findMany({ where: { projectId, sha256: { in: [...hashes] } }, select: { id: true, sha256: true } })).map(({ id, sha256 }) => [sha256, id])),
    async list(projectId, after, limit) {
      return database.$queryRaw<LabelRecord[]>`
        SELECT l."id"::text, l."imageId"::text, l."kind", l."classId", l."source", l."createdBy", l."createdAt" FROM "Label" l
        WHERE l."projectId" = ${projectId}::uuid AND (${after}::uuid IS NULL OR l."id" < ${after}::uuid) AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id")
        ORDER BY l."id" DESC LIMIT ${limit}`;
    },
  };
}

async function importLabels(transaction: DatabaseOrTransaction, { projectId, by, labels }: Parameters<LabelRecords['importLabels']>[0]): ReturnType<LabelRecords['importLabels']> {
  await holdLabels(transaction, projectId);
  const wanted = new Map(labels.map((each) => [each.sha256, each]));
  const images = await transaction.image.findMany({ where: { projectId, sha256: { in: [...wanted.keys()] } }, select: { id: true, sha256: true } });
  const current = await currentLabels(transaction, projectId, images.map((image) => image.id));
  const fresh = images.flatMap(({ id, sha256 }): NewLabel[] => {
    const classId = wanted.get(sha256)?.classId ?? null;
    const now = current.get(id) ?? null;
    // The same label again changes nothing; what a person decided since is not undone by sending the old list again.
    const stays = now !== null && ((now.kind === 'class' && now.classId === classId) || (now.kind !== 'withdrawn' && (now.source === 'review' || now.source === 'adjudication')));
    return stays ? [] : [{ imageId: id, kind: 'class', classId, source: 'import', supersedes: now }];
  });
  await appendLabels(transaction, projectId, by, fresh);
  const known = new Set(images.map((image) => image.sha256));
  return { created: fresh.length, unchanged: images.length - fresh.length, unknownImages: [...wanted.keys()].filter((sha256) => !known.has(sha256)) };
}
