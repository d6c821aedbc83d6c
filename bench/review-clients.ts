import { randomUUID } from 'node:crypto';
import { createPeopleRepository } from '../adapters/postgres/people-repository.ts';
import { claimReplySchema, type ReviewItemReply } from '../contracts/reviews.ts';
import type { ReviewHouse } from '../e2e/review-house.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** One annotator at the HTTP api, with a key of its own. */
async function annotator(house: ReviewHouse, slug: string, projectId: string, number: number) {
  const { secret } = await createPeopleRepository(house.database).createKey({ projectId, name: `annotator ${number}`, role: 'annotator', createdBy: 'bench' });
  const post = (path: string, body: object): Promise<Response> => fetch(`${house.url}/v1/projects/${slug}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': secret, 'idempotency-key': randomUUID() }, body: JSON.stringify(body) });
  let held: ReviewItemReply[] = [];
  return {
    /** Answers one image; how long the acknowledgement took, ms. */
    async answer(): Promise<number> {
      if (held.length === 0) held = claimReplySchema.parse(await (await post('/review/claims', { count: 5 })).json()).items;
      const item = held.shift();
      if (item === undefined) throw new Error('Nothing is left to answer.');
      const start = performance.now();
      const response = await post(`/review/items/${item.id}/annotations`, { key: randomUUID(), fence: item.fence, kind: 'class', classId: 0, leadTimeMs: 900 });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`An answer was refused: ${response.status}`);
      return performance.now() - start;
    },
  };
}

/** So many annotators, one label a second each, for so many seconds: every acknowledgement's time, ms. */
export async function labelTogether(house: ReviewHouse, slug: string, projectId: string, people: number, seconds: number): Promise<readonly number[]> {
  const all = await Promise.all(Array.from({ length: people }, (_, number) => annotator(house, slug, projectId, number)));
  const took: number[] = [];
  await Promise.all(all.map(async (each, at) => {
    // Not all at the same moment, as people are not.
    await sleep((at * 1000) / people);
    for (let second = 0; second < seconds; second += 1) {
      const start = performance.now();
      took.push(await each.answer());
      await sleep(Math.max(0, 1000 - (performance.now() - start)));
    }
  }));
  return took;
}
