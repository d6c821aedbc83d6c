import type { Database } from './connection.ts';

/** Views of images that were made, and where the originals are. */
export function createViewRepository(database: Database) {
  return {
    original: (projectId: string, imageId: string) => database.image.findFirst({ where: { id: imageId, projectId }, select: { objectKey: true, sha256: true, mediaType: true } }),
    key: async (imageId: string, kind: string) => (await database.imageView.findUnique({ where: { imageId_kind: { imageId, kind } }, select: { objectKey: true } }))?.objectKey ?? null,
    async remember(view: { imageId: string; kind: string; projectId: string; objectKey: string; mediaType: string; width: number; height: number }): Promise<void> {
      await database.imageView.createMany({ data: [view], skipDuplicates: true });
    },
  };
}
