import type { HistoryEntry, HistoryReader } from '../../domain/ports-history.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';

/** An action itself, or with a star at its end all that begin so; what LIKE takes for signs is taken by its letters. */
const likes = (action: string): string => (action.endsWith('*') ? `${action.slice(0, -1).replaceAll(/[\\%_]/g, '\\$&')}%` : action.replaceAll(/[\\%_]/g, '\\$&'));

/** The history as it was written. Ids are in order of time, so a page begins behind an id. */
export function createHistoryReader(database: Database): HistoryReader {
  return {
    async events(projectId, { actor, action, except, subject, after, limit }) {
      const where = [
        Prisma.sql`h."projectId" = ${projectId}::uuid`,
        ...(actor === null ? [] : [Prisma.sql`(h."actor" = ${actor} OR COALESCE(u."name", k."name") ILIKE ${`%${actor.replaceAll(/[\\%_]/g, '\\$&')}%`})`]),
        ...(action === null ? [] : [Prisma.sql`h."action" LIKE ${likes(action)}`]),
        ...(except === null ? [] : [Prisma.sql`h."action" NOT LIKE ${likes(except)}`]),
        ...(subject === null ? [] : [Prisma.sql`h."subject" = ${subject}`]),
        ...(after === null ? [] : [Prisma.sql`(h."at", h."id") < (SELECT "at", "id" FROM "HistoryEvent" WHERE "id" = ${after}::uuid)`]),
      ];
      return database.$queryRaw<HistoryEntry[]>`
        SELECT h."id"::text, h."at", h."actor", COALESCE(u."name", k."name") AS "actorName", h."action", h."subject", h."before", h."after"
        FROM "HistoryEvent" h LEFT JOIN "User" u ON u."id" = h."actor" LEFT JOIN "ApiKey" k ON k."id"::text = h."actor"
        WHERE ${Prisma.join(where, ' AND ')} ORDER BY h."at" DESC, h."id" DESC LIMIT ${limit}`;
    },
  };
}
