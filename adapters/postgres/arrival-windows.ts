import type { ArrivalReader } from '../../domain/ports-models.ts';
import type { Database } from './connection.ts';

const idsAtOnce = 20_000;

/**
 * Windows between review rounds, from the time at which each image was first predicted. The one that no round had
 * ended by then is left out: it grew on, and the same dataset version must give the same weights tomorrow.
 */
export function createArrivalWindows(database: Database): ArrivalReader {
  return {
    async windows(projectId, imageIds, until) {
      const rounds = await database.reviewRound.findMany({ where: { projectId, openedAt: { lte: until } }, orderBy: { openedAt: 'asc' }, select: { openedAt: true } });
      const edges = rounds.map(({ openedAt }) => openedAt.toISOString());
      const arrived = await database.$queryRaw<{ window: number; images: number }[]>`
        SELECT width_bucket(f.at, ${edges}::text[]::timestamp[]) AS "window", count(*)::int AS images
        FROM (SELECT min(p."createdAt") AS at FROM "Prediction" p WHERE p."projectId" = ${projectId}::uuid AND p."purpose" <> 'shadow' GROUP BY p."imageId") f GROUP BY 1`;
      const windowOf = new Map<string, number>();
      for (let from = 0; from < imageIds.length; from += idsAtOnce) {
        const rows = await database.$queryRaw<{ imageId: string; window: number }[]>`
          SELECT p."imageId"::text AS "imageId", width_bucket(min(p."createdAt"), ${edges}::text[]::timestamp[]) AS "window" FROM "Prediction" p
          WHERE p."projectId" = ${projectId}::uuid AND p."imageId" = ANY(${imageIds.slice(from, from + idsAtOnce)}::uuid[]) AND p."purpose" <> 'shadow' GROUP BY p."imageId"`;
        for (const { imageId, window } of rows) if (window < edges.length) windowOf.set(imageId, window);
      }
      return { windowOf, arrived: new Map(arrived.map(({ window, images }) => [window, images])) };
    },
  };
}
