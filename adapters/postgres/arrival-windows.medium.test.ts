import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReviewWorld, type ReviewWorld } from '../../testing/review-world.ts';
import { createArrivalWindows } from './arrival-windows.ts';

let world: ReviewWorld;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(() => world.close());
const now = async (): Promise<Date> => (await world.database.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now`)[0]!.now;

it('counts what came before each round, and leaves out what no round has ended yet', async () => {
  const project = await world.project();
  const arrivals = createArrivalWindows(world.database);
  const [first] = await project.flagged(6);
  await project.collect('one');
  const [second] = await project.flagged(3);
  await project.collect('two');
  const [later] = await project.flagged(2);
  const other = await world.project();
  const [elsewhere] = await other.flagged(4);
  const ids = [first, second, later, elsewhere].map((each) => each!.imageId);
  const until = await now();
  const { windowOf, arrived } = await arrivals.windows(project.projectId, ids, until);
  expect(windowOf.size).toBe(2);
  expect(arrived.get(windowOf.get(first!.imageId)!)).toBe(6);
  expect(arrived.get(windowOf.get(second!.imageId)!)).toBe(3);
  // A round that was opened after the labels were frozen changes nothing.
  await project.flagged(2);
  await project.collect('three');
  expect(await arrivals.windows(project.projectId, ids, until)).toMatchObject({ windowOf });
  expect((await arrivals.windows(project.projectId, ids, await now())).windowOf.size).toBe(3);
});

it('has no windows before the first round', async () => {
  const project = await world.project();
  const [image] = await project.flagged(2);
  expect((await createArrivalWindows(world.database).windows(project.projectId, [image!.imageId], await now())).windowOf.size).toBe(0);
});
