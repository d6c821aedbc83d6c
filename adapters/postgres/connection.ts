import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './client/client.ts';

export type Database = PrismaClient;
/** What repositories take: the client or a transaction of it. */
export type DatabaseOrTransaction = Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends'>;

/** Connections to Postgres: Prisma's, and those of the few statements that are written by hand because they carry the load. */
export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

/** The longest that a statement may take and that a free connection is waited for, in ms. */
const statementMs = 30_000;
const connectMs = 10_000;

/** Opens a pool. The caller closes it with `end()`. `connectionsMax` 0 would mean none, so it starts at 1. */
export function createPool(url: string, connectionsMax = 10): Pool {
  const pool = new pg.Pool({ connectionString: url, max: Math.max(1, connectionsMax), query_timeout: statementMs, connectionTimeoutMillis: connectMs });
  // A connection that breaks while nobody uses it is replaced at the next use; whoever uses one hears of it there.
  pool.on('error', () => undefined);
  return pool;
}

/** Prisma over an address, or over a pool that others use beside it. The caller closes it with `$disconnect()`; a pool that was given stays open. */
export function createDatabase(at: string | Pool, connectionsMax = 10): Database {
  return new PrismaClient({ adapter: new PrismaPg(typeof at === 'string' ? { connectionString: at, max: Math.max(1, connectionsMax) } : at) });
}
