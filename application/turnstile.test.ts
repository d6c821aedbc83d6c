import { expect, it } from 'vitest';
import { createTurnstile } from './turnstile.ts';

it('lets in no more than its width, in the order they came, and goes on after a failure', async () => {
  const turn = createTurnstile(3);
  let [inside, most] = [0, 0];
  const begun: number[] = [];
  const done = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => turn(async () => {
    begun.push(at);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => { setImmediate(resolve); });
    inside -= 1;
    if (at % 5 === 0) throw new Error('no');
    return at;
  })));
  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(done.filter((each) => each.status === 'rejected')).toHaveLength(4);
});
