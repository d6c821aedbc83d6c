import { expect, it } from 'vitest';
import { createKeptBriefly } from './kept-briefly.ts';

function world(answers: (string | null | Error)[]) {
  let time = 0;
  let asked = 0;
  const ask = createKeptBriefly(1000, () => time, async () => {
    const answer = answers[asked++] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { ask, asked: () => asked, at: (ms: number) => { time = ms; } };
}

it('asks once in its time, and again at the end of it', async () => {
  const { ask, asked, at } = world(['key', null]);
  expect(await Promise.all([ask('a'), ask('a')])).toEqual(['key', 'key']);
  at(999);
  expect([await ask('a'), asked()]).toEqual(['key', 1]);
  at(1000);
  // Revoked meanwhile.
  expect([await ask('a'), asked()]).toEqual([null, 2]);
});

it('keeps neither what found nothing nor what failed', async () => {
  const { ask, asked } = world([null, new Error('away'), 'made since']);
  expect(await ask('a')).toBe(null);
  await expect(ask('a')).rejects.toThrow('away');
  expect([await ask('a'), asked()]).toEqual(['made since', 3]);
});

it('keeps a bounded number', async () => {
  const { ask, asked } = world(Array.from({ length: 3000 }, () => 'x'));
  for (let name = 0; name < 2500; name += 1) await ask(String(name));
  await ask('2499');
  expect(asked()).toBe(2500);
});
