import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './client/client.ts';

export type Database = PrismaClient;
/** What repositories take: the client or a transaction of it. */
export type DatabaseOrTransaction = Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends'>;

/** Opens a pool to Postgres. The caller closes it with `$disconnect()`. `connectionsMax` 0 would mean none, so it starts at 1. */
export function createDatabase(url: string, connectionsMax = 10): Database {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: Math.max(1, connectionsMax) }) });
}
