import type { EmbeddingRecords } from '../../domain/ports-models.ts';
import type { Database } from './connection.ts';

const idsAtOnce = 5_000;

/** Where the embeddings of images are, for one backbone and preprocessing. */
export function createEmbeddingRepository(database: Database) {
  const records: EmbeddingRecords = {
    async missing(projectId, imageIds, weightsDigest, preprocessingDigest) {
      const known = new Set<string>();
      for (let from = 0; from < imageIds.length; from += idsAtOnce) {
        const rows = await database.imageEmbedding.findMany({ where: { projectId, weightsDigest, preprocessingDigest, imageId: { in: imageIds.slice(from, from + idsAtOnce) } }, select: { imageId: true } });
        for (const { imageId } of rows) known.add(imageId);
      }
      return imageIds.filter((each) => !known.has(each));
    },
    async add(block, imageIds) {
      const { id: blockId, projectId, weightsDigest, preprocessingDigest } = block;
      await database.$transaction([
        database.embeddingBlock.create({ data: block }),
        // An image that was embedded meanwhile by another keeps the embedding it has.
        database.imageEmbedding.createMany({ data: imageIds.map((imageId, offset) => ({ imageId, weightsDigest, preprocessingDigest, projectId, blockId, offset })), skipDuplicates: true }),
      ]);
    },
  };
  return {
    ...records,
    async placesOf(projectId: string, imageIds: readonly string[], weightsDigest: string, preprocessingDigest: string) {
      const found = new Map<string, { blockId: string; objectKey: string; row: number; dimensions: number }>();
      for (let from = 0; from < imageIds.length; from += idsAtOnce) {
        const rows = await database.imageEmbedding.findMany({ where: { projectId, weightsDigest, preprocessingDigest, imageId: { in: imageIds.slice(from, from + idsAtOnce) } } });
        const blocks = await database.embeddingBlock.findMany({ where: { id: { in: [...new Set(rows.map((row) => row.blockId))] } } });
        const byId = new Map(blocks.map((block) => [block.id, block]));
        for (const row of rows) {
          const block = byId.get(row.blockId);
          if (block !== undefined) found.set(row.imageId, { blockId: block.id, objectKey: block.objectKey, row: row.offset, dimensions: block.dimensions });
        }
      }
      return found;
    },
  };
}
export type EmbeddingRepository = ReturnType<typeof createEmbeddingRepository>;
