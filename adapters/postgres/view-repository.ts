import type { Database } from './connection.ts';

const idsAtOnce = 5_000;

/** Views of images that were made, and where the originals are. */
export function createViewRepository(database: Database) {
  return {
    original: (projectId: string, imageId: string) => database.image.findFirst({ where: { id: imageId, projectId }, select: { objectKey: true, sha256: true, mediaType: true } }),
    key: async (imageId: string, kind: string) => (await database.imageView.findUnique({ where: { imageId_kind: { imageId, kind } }, select: { objectKey: true } }))?.objectKey ?? null,
    /** Keys of the views of a kind that are there, by image. */
    async keys(projectId: string, imageIds: readonly string[], kind: string): Promise<Map<string, string>> {
      const found = new Map<string, string>();
      for (let from = 0; from < imageIds.length; from += idsAtOnce) {
        const rows = await database.imageView.findMany({ where: { projectId, kind, imageId: { in: imageIds.slice(from, from + idsAtOnce) } }, select: { imageId: true, objectKey: true } });
        for (const row of rows) found.set(row.imageId, row.objectKey);
      }
      return found;
    },
    /** Images of open items that have no thumbnail yet, in the order in which the items are given out. */
    missing: (limit: number, without: readonly string[]) => database.$queryRaw<{ projectId: string; imageId: string }[]>`
      SELECT i."projectId"::text, i."imageId"::text FROM "ReviewItem" i
      WHERE i."state" = 'open' AND NOT i."imageId" = ANY(${[...without]}::uuid[]) AND NOT EXISTS (SELECT 1 FROM "ImageView" v WHERE v."imageId" = i."imageId" AND v."kind" = 'thumbnail')
      ORDER BY i."projectId", i."roundId", i."position", i."id" LIMIT ${limit}`,
    async rememberAll(views: readonly { imageId: string; kind: string; projectId: string; objectKey: string; mediaType: string; width: number; height: number }[]): Promise<void> {
      if (views.length > 0) await database.imageView.createMany({ data: [...views], skipDuplicates: true });
    },
    async remember(view: { imageId: string; kind: string; projectId: string; objectKey: string; mediaType: string; width: number; height: number }): Promise<void> {
      await database.imageView.createMany({ data: [view], skipDuplicates: true });
    },
  };
}
