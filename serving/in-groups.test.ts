import { expect, it } from 'vitest';
import { createInGroups } from './in-groups.ts';

const letGo = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** Runs that end when told. */
function runs(fails: (inputs: readonly string[]) => boolean = () => false) {
  const seen: string[][] = [];
  const ends: (() => void)[] = [];
  const run = (inputs: readonly string[]) => {
    seen.push([...inputs]);
    return new Promise<readonly string[]>((resolve, reject) => ends.push(() => (fails(inputs) ? reject(new Error('poisoned')) : resolve(inputs.map((each) => each.toUpperCase())))));
  };
  const endAll = async (): Promise<void> => {
    while (ends.length > 0) {
      ends.shift()!();
      await letGo();
    }
  };
  return { seen, run, endAll };
}
const options = { groupOf: (input: string) => input[0]!, groupSizeMax: 3, now: () => 0 };

it('runs the first at once, and what came meanwhile together, no more than the most', async () => {
  const { seen, run, endAll } = runs();
  const keep = createInGroups({ ...options, run });
  const answers = Promise.all(['a1', 'a2', 'a3', 'a4', 'a5'].map(keep));
  await letGo();
  expect(seen).toEqual([['a1']]);
  await endAll();
  expect(seen).toEqual([['a1'], ['a2', 'a3', 'a4'], ['a5']]);
  expect(await answers).toEqual(['A1', 'A2', 'A3', 'A4', 'A5']);
});

it('keeps groups apart: one does not wait for the other', async () => {
  const { seen, run, endAll } = runs();
  const keep = createInGroups({ ...options, run });
  const answers = Promise.all(['a1', 'b1', 'a2', 'b2'].map(keep));
  await letGo();
  expect(seen).toEqual([['a1'], ['b1']]);
  await endAll();
  expect(await answers).toEqual(['A1', 'B1', 'A2', 'B2']);
});

it('one bad input among good ones fails alone, in the order they came', async () => {
  const { seen, run, endAll } = runs((inputs) => inputs.includes('abad'));
  const keep = createInGroups({ ...options, run });
  const answers = Promise.allSettled(['a1', 'a2', 'abad', 'a4'].map(keep));
  await letGo();
  await endAll();
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(seen).toEqual([['a1'], ['a2', 'abad', 'a4'], ['a2'], ['abad'], ['a4']]);
});
