import type { PictureFacts, PictureReader } from '../../domain/ports-pictures.ts';
import type { Database } from './connection.ts';

const idsAtOnce = 5_000;

/** Facts of pictures from their newest arrival. */
export function createPictureReader(database: Database): PictureReader {
  return {
    async facts(projectId, imageIds) {
      const found = new Map<string, PictureFacts>();
      for (let from = 0; from < imageIds.length; from += idsAtOnce) {
        const rows = await database.$queryRaw<({ imageId: string } & PictureFacts)[]>`
          SELECT DISTINCT ON (i."id") i."id"::text AS "imageId", c."name" AS camera, a."capturedAt", a."fileName"
          FROM "Image" i LEFT JOIN "Arrival" a ON a."imageId" = i."id" LEFT JOIN "Camera" c ON c."id" = a."cameraId"
          WHERE i."projectId" = ${projectId}::uuid AND i."id" = ANY(${imageIds.slice(from, from + idsAtOnce)}::uuid[])
          ORDER BY i."id", a."receivedAt" DESC, a."id" DESC`;
        for (const { imageId, ...facts } of rows) found.set(imageId, facts);
      }
      return found;
    },
  };
}
