import { endedStages, type Route } from '../../domain/challenge.ts';
import type { RouteReader } from '../../domain/ports-challenges.ts';
import type { Database } from './connection.ts';

type RouteRow = Route & { readonly projectId: string };

/** Reads what serving follows from the challenges and their newest steps. */
export function createRouteReader(database: Database): RouteReader {
  async function routesOf(projectIds: readonly string[]): Promise<ReadonlyMap<string, Route>> {
    const rows = await database.$queryRaw<RouteRow[]>`
      SELECT DISTINCT ON (c."projectId") c."projectId", c."id" AS "challengeId", s."sequence", c."kind", c."challengerId", c."championId", s."stage", s."shadowPercent", s."canaryPercent"
      FROM "Challenge" c
      JOIN LATERAL (SELECT * FROM "ChallengeStep" WHERE "challengeId" = c."id" ORDER BY "sequence" DESC LIMIT 1) s ON s."stage" <> ALL(${[...endedStages]}::text[])
      JOIN LATERAL (SELECT "toId" FROM "Promotion" WHERE "projectId" = c."projectId" ORDER BY "sequence" DESC LIMIT 1) p ON c."kind" = 'drill' OR p."toId" IN (c."championId", c."challengerId")
      WHERE c."projectId" = ANY(${[...projectIds]}::uuid[])
      ORDER BY c."projectId", c."createdAt" DESC, c."id" DESC`;
    return new Map(rows.map(({ projectId, ...route }) => [projectId, route]));
  }
  return { routesOf, routeOf: async (projectId) => (await routesOf([projectId])).get(projectId) ?? null };
}
