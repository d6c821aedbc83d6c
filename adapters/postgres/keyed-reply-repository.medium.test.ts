import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { createDatabase, type Database } from './connection.ts';
import { createKeyedReplies, type KeyedReplies } from './keyed-reply-repository.ts';

let fresh: FreshDatabase;
let database: Database;
let replies: KeyedReplies;

beforeAll(async () => {
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl, 8);
  replies = createKeyedReplies(database);
});
afterAll(async () => {
  await database.$disconnect();
  await fresh.drop();
});

/** As if the process that took the key had been killed this long ago. */
const leftBehind = (key: string, seconds: number) => database.$executeRaw`UPDATE "KeyedReply" SET "createdAt" = "createdAt" - make_interval(secs => ${seconds}::float8) WHERE "key" = ${key}`;

describe('a key whose request was killed', () => {
  it('is free within seconds, for one of those who ask', async () => {
    expect(await replies.take('ann', 'killed', 'body')).toBeNull();
    await expect(replies.take('ann', 'killed', 'body')).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    await leftBehind('killed', 11);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => replies.take('ann', 'killed', 'body')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await replies.store('ann', 'killed', 201, { done: true });
    expect(await replies.take('ann', 'killed', 'body')).toEqual({ status: 201, reply: { done: true } });
  });
  it('is not taken by another body, however long ago it was', async () => {
    await replies.take('ann', 'other body', 'one');
    await leftBehind('other body', 3_600);
    await expect(replies.take('ann', 'other body', 'two')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
  it('stays taken while somebody works on it', async () => {
    await replies.take('ann', 'slow', 'body');
    await leftBehind('slow', 9);
    await replies.keep('ann', 'slow');
    await leftBehind('slow', 9);
    await expect(replies.take('ann', 'slow', 'body')).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
  });
});
