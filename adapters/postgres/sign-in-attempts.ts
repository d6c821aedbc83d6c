import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from './connection.ts';

/** At most this many tries in one window, so never more than twice as many in any time of its length. */
export const attemptsMax = 10;
const windowMs = 600_000;

/**
 * Counts tries to sign in to one account, whoever makes them and from wherever, also for an address that nobody has: what
 * is told must not differ. Counted in the database and by its clock, so neither a new start nor a second process forgets.
 * @returns a question that answers whether the password may be looked at
 */
export function createSignInAttempts(database: Database): (email: string) => Promise<boolean> {
  return async (email) => {
    const key = `account/${createHash('sha256').update(email.trim().toLowerCase()).digest('hex')}`;
    const [row] = await database.$queryRaw<{ count: number }[]>`
      WITH clock AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now)
      INSERT INTO "RateLimit" AS r ("id", "key", "count", "lastRequest") SELECT ${uuidv7()}, ${key}, 1, now FROM clock
      ON CONFLICT ("key") DO UPDATE SET
        "count" = CASE WHEN r."lastRequest" <= EXCLUDED."lastRequest" - ${windowMs}::bigint THEN 1 ELSE r."count" + 1 END,
        "lastRequest" = CASE WHEN r."lastRequest" <= EXCLUDED."lastRequest" - ${windowMs}::bigint THEN EXCLUDED."lastRequest" ELSE r."lastRequest" END
      RETURNING r."count"`;
    return row !== undefined && row.count <= attemptsMax;
  };
}
