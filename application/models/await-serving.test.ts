import { expect, it } from 'vitest';
import { awaitServing, followMsMax } from './await-serving.ts';

function world(behind: (look: number) => number) {
  let [at, looks] = [0, 0];
  return { states: { behind: async () => behind(looks++) }, now: () => at, wait: async (ms: number) => { at += ms; }, looks: () => looks };
}

it('answers at once where nobody is behind', async () => {
  const at = world(() => 0);
  expect(await awaitServing(at, 'p', 'v')).toBe(true);
  expect(at.looks()).toBe(1);
});
it('waits until the last process has followed', async () => {
  const at = world((look) => Math.max(0, 3 - look));
  expect(await awaitServing(at, 'p', 'v')).toBe(true);
  expect(at.looks()).toBe(4);
});
it('gives up after its time, and never hangs on a process that cannot follow', async () => {
  const at = world(() => 1);
  expect(await awaitServing(at, 'p', 'v')).toBe(false);
  expect(at.now()).toBe(followMsMax);
});
