import { PerennialError } from '../../domain/errors.ts';
import type { Database } from './connection.ts';

/** A key whose first request died without an answer is free again after this long. */
const abandonedAfterMs = 120_000;

export interface KeyedReplies {
  /** Takes the key, or gives the stored reply. @throws PerennialError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS */
  take(client: string, key: string, bodyHash: string): Promise<{ status: number; reply: unknown } | null>;
  store(client: string, key: string, status: number, reply: unknown): Promise<void>;
  /** After a failure on our side the same key may be tried again. */
  free(client: string, key: string): Promise<void>;
}

/** One effect for each key its caller chose; the database's unique index decides who was first. */
export function createKeyedReplies(database: Database): KeyedReplies {
  const replies: KeyedReplies = {
    async take(client, key, bodyHash) {
      const { count } = await database.keyedReply.createMany({ data: [{ client, key, bodyHash }], skipDuplicates: true });
      if (count === 1) return null;
      const row = await database.keyedReply.findUnique({ where: { client_key: { client, key } } });
      if (row !== null && row.bodyHash !== bodyHash) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
      if (row?.status != null) return { status: row.status, reply: JSON.parse(row.reply as string) as unknown };
      const { count: freed } = await database.keyedReply.deleteMany({ where: { client, key, status: null, createdAt: { lt: new Date(Date.now() - abandonedAfterMs) } } });
      if (freed === 1) return replies.take(client, key, bodyHash);
      throw new PerennialError('IDEMPOTENCY_IN_PROGRESS');
    },
    async store(client, key, status, reply) {
      // Kept as text inside the JSON: Postgres sorts the keys of an object, and a replay is the same to the byte.
      await database.keyedReply.update({ where: { client_key: { client, key } }, data: { status, reply: JSON.stringify(reply ?? null) } });
    },
    async free(client, key) {
      await database.keyedReply.deleteMany({ where: { client, key, status: null } });
    },
  };
  return replies;
}
