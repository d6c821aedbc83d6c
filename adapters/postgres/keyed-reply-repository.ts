import { PerennialError } from '../../domain/errors.ts';
import type { Database } from './connection.ts';
import { databaseNow } from './review-shared.ts';

/** A key whose request died with its process is free again after this long; one that is worked on is kept all the while. */
const abandonedAfterSeconds = 10;

export interface KeyedReplies {
  /** Takes the key, or gives the stored reply. @throws PerennialError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS */
  take(client: string, key: string, bodyHash: string): Promise<{ status: number; reply: unknown } | null>;
  /** Says that the work for a key goes on. */
  keep(client: string, key: string): Promise<void>;
  store(client: string, key: string, status: number, reply: unknown): Promise<void>;
  /** After a failure on our side the same key may be tried again. */
  free(client: string, key: string): Promise<void>;
}

/** One effect for each key its caller chose; the database's unique index decides who was first, and its clock how long ago. */
export function createKeyedReplies(database: Database): KeyedReplies {
  return {
    async take(client, key, bodyHash) {
      // One statement: a key that was left behind is taken over by exactly one of those who ask for it.
      const taken = await database.$executeRaw`
        INSERT INTO "KeyedReply" ("client", "key", "bodyHash", "createdAt") VALUES (${client}, ${key}, ${bodyHash}, ${databaseNow})
        ON CONFLICT ("client", "key") DO UPDATE SET "createdAt" = EXCLUDED."createdAt"
        WHERE "KeyedReply"."status" IS NULL AND "KeyedReply"."bodyHash" = EXCLUDED."bodyHash" AND "KeyedReply"."createdAt" < ${databaseNow} - make_interval(secs => ${abandonedAfterSeconds}::float8)`;
      if (taken === 1) return null;
      const row = await database.keyedReply.findUnique({ where: { client_key: { client, key } } });
      if (row !== null && row.bodyHash !== bodyHash) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
      if (row?.status != null) return { status: row.status, reply: JSON.parse(row.reply as string) as unknown };
      throw new PerennialError('IDEMPOTENCY_IN_PROGRESS');
    },
    async keep(client, key) {
      await database.$executeRaw`UPDATE "KeyedReply" SET "createdAt" = ${databaseNow} WHERE "client" = ${client} AND "key" = ${key} AND "status" IS NULL`;
    },
    async store(client, key, status, reply) {
      // Kept as text inside the JSON: Postgres sorts the keys of an object, and a replay is the same to the byte.
      await database.keyedReply.update({ where: { client_key: { client, key } }, data: { status, reply: JSON.stringify(reply ?? null) } });
    },
    async free(client, key) {
      await database.keyedReply.deleteMany({ where: { client, key, status: null } });
    },
  };
}
