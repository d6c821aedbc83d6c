import { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';

/** The database's clock, in the form the columns have; leases are judged by nothing else. */
export const databaseNow = Prisma.sql`(clock_timestamp() AT TIME ZONE 'UTC')`;

const triesMax = 4;
/** Unique index, write conflict, deadlock: another transaction was first, and a second look settles it. */
const passing = new Set(['P2002', 'P2034']);
const isPassing = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && (passing.has(error.code) || (error.code === 'P2010' && /40P01|40001|23505/.test(JSON.stringify(error.meta) + error.message)));

/** Runs a transaction, again where it lost a race. */
export async function inTransaction<T>(database: Database, work: (transaction: DatabaseOrTransaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.$transaction(work, { timeout: 60_000, maxWait: 20_000 });
    } catch (error) {
      if (!isPassing(error) || tries === triesMax) throw error;
    }
  }
}

/** One at a time for a name, until the transaction ends. */
export async function holdName(transaction: DatabaseOrTransaction, name: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
