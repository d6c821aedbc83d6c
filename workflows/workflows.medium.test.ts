import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createListeners } from '../adapters/temporal/listeners.ts';
import { createTemporalWorkflows } from '../adapters/temporal/temporal-workflows.ts';
import { bundleOf, startWorkflowWorld, workflowsPath } from '../testing/workflow-world.ts';

type World = Awaited<ReturnType<typeof startWorkflowWorld>>;
let bundle: { code: string };
const worlds: World[] = [];

beforeAll(async () => { bundle = await bundleOf(workflowsPath); });
afterAll(() => Promise.all(worlds.map((each) => each.stop())));

async function createWorld(): Promise<World> {
  const world = await startWorkflowWorld(inject('services')['TEMPORAL_ADDRESS'] ?? '', bundle);
  worlds.push(world);
  return world;
}

const retrain = (at: World, projectId: string, key = 'by hand') =>
  at.client.workflow.execute('retrainLight', { taskQueue: at.taskQueue, workflowId: `${projectId}/retrain-light`, args: [{ projectId, kind: 'light', reason: 'test', key }] });

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
  expect(holds()).toBe(true);
}

describe('retrain-light', () => {
  it('makes the first model version champion without a gate, the next one through it', async () => {
    const at = await createWorld();
    const projectId = randomUUID();
    expect(await retrain(at, projectId)).toMatchObject({ step: 'done', promote: { promoted: true, reportId: null } });
    const first = at.world.champion;
    expect(await retrain(at, projectId)).toMatchObject({ promote: { promoted: true, reportId: 'report' } });
    expect(at.world.champion).not.toBe(first);
    expect(at.world.versions.size).toBe(2);
  });
  it('is followed by a hunt for wrong labels, whose failure takes nothing from it', async () => {
    const at = await createWorld();
    at.world.huntFails = true;
    expect(await retrain(at, randomUUID())).toMatchObject({ step: 'done', outcome: { outcome: 'done' }, promote: { promoted: true } });
    await until(() => at.world.hunts === 1);
  });
  it('keeps the champion and says why when the gate holds', async () => {
    const at = await createWorld();
    at.world.champion = 'the old one';
    at.world.judgement = { action: 'hold', why: 'worse in class deer: 3 of 20 against 15 of 20' };
    expect(await retrain(at, randomUUID())).toMatchObject({ promote: { promoted: false, outcome: 'held', why: expect.stringContaining('deer') as string } });
    expect(at.world.champion).toBe('the old one');
  });
  it('is skipped with a reason when there is nothing to learn', async () => {
    const at = await createWorld();
    at.world.labelsNew = false;
    expect(await retrain(at, randomUUID())).toMatchObject({ outcome: { outcome: 'skipped', why: 'nothing to learn' }, challengerId: null });
    expect(at.world.versions.size).toBe(0);
  });
});

describe('retrain-full', () => {
  const options = { recipe: {}, backbones: ['champion'], freezeShares: [0], minutes: 0 };
  const start = (at: World, projectId: string) => at.client.workflow.start('retrainFull', { taskQueue: at.taskQueue, workflowId: `${projectId}/retrain-full`, args: [{ projectId, reason: 'test', key: 'k', options }] });
  const temporal = () => createTemporalWorkflows({ address: inject('services')['TEMPORAL_ADDRESS'] ?? '', namespace: 'default' });

  it('hands the data to a trainer and what comes back to the gate', async () => {
    const at = await createWorld();
    at.world.champion = 'the old one';
    expect(await (await start(at, randomUUID())).result()).toMatchObject({ step: 'done', promote: { promoted: true, reportId: 'report' } });
    expect(at.world.calls).toContain('registerFull result of job');
  });
  it('that a schedule starts says at once that nobody could train; a person’s waits', async () => {
    const at = await createWorld();
    at.world.trainerListens = false;
    const projectId = randomUUID();
    const scheduled = await at.client.workflow.execute('retrainFull', { taskQueue: at.taskQueue, workflowId: `${projectId}/retrain-full`, args: [{ projectId, reason: 'monthly', key: 'schedule', options }] });
    expect(scheduled).toMatchObject({ step: 'done', outcome: { outcome: 'skipped', why: expect.stringContaining('perennial trainer install') as string } });
    expect(at.world.calls).toEqual([]);
    at.world.trainerListens = true;
    expect(await at.client.workflow.execute('retrainFull', { taskQueue: at.taskQueue, workflowId: `${projectId}/retrain-full`, args: [{ projectId, reason: 'monthly', key: 'schedule', options }] })).toMatchObject({ outcome: { outcome: 'done' } });
    at.world.trainerListens = false;
    expect(await (await start(at, randomUUID())).result()).toMatchObject({ outcome: { outcome: 'done' } });
  });
  it('asks Temporal itself who listens to a queue', async () => {
    const listeners = createListeners({ address: inject('services')['TEMPORAL_ADDRESS'] ?? '', namespace: 'default' });
    const at = await createWorld();
    await expect.poll(() => listeners.listensTo(at.taskQueue), { timeout: 10_000 }).toBe(true);
    expect(await listeners.listensTo(`nobody ${randomUUID()}`)).toBe(false);
    await listeners.close();
  });
  it('writes down why a trainer failed, and registers nothing', async () => {
    const at = await createWorld();
    at.world.jobKey = 'fails';
    const handle = await start(at, randomUUID());
    await expect(handle.result()).rejects.toThrow();
    expect(at.world.calls).toContain('failFull the loss is not a number');
    expect(at.world.versions.size).toBe(0);
  });
  it('tells how far the trainer is, and ends within seconds when it is cancelled', async () => {
    const at = await createWorld();
    at.world.jobKey = 'waits';
    const projectId = randomUUID();
    const { firstExecutionRunId: id } = await start(at, projectId);
    const workflows = temporal();
    const status = () => workflows.retrainStatus(projectId, id);
    let told = await status();
    for (let tries = 0; tries < 100 && told.progress === null; tries += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      told = await status();
    }
    expect(told).toMatchObject({ state: 'running', step: 'training, epoch 1 of 3, 64 of 192 images, loss 0.500, 37.2 images/s on the CPU, 3 s left', progress: { epoch: 1, secondsLeft: 3 } });
    await workflows.ensureSchedules({ id: projectId, timeZone: 'UTC' });
    const monthly = async () => (await workflows.schedules(projectId)).find(({ name }) => name === 'retrain-full-monthly');
    let seen = await monthly();
    // Visibility follows what happens by a moment.
    for (let tries = 0; tries < 50 && seen?.running == null; tries += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      seen = await monthly();
    }
    expect(seen).toMatchObject({ paused: false, running: { id, progress: { epoch: 1, device: 'CPU' } } });
    await expect(workflows.retrainStatus(randomUUID(), id), 'it is no other project’s').rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    const asked = performance.now();
    await workflows.cancelRetrain(projectId, id);
    for (let tries = 0; tries < 100 && told.state === 'running'; tries += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      told = await status();
    }
    expect(told).toMatchObject({ state: 'cancelled', challengerId: null });
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(at.world.calls).toContain('failFull cancelled');
    await workflows.close();
  });
});

describe('collect-predictions and route-for-review', () => {
  const collect = (at: World, projectId: string) =>
    at.client.workflow.execute('collectPredictions', { taskQueue: at.taskQueue, workflowId: `${projectId}/collect-predictions`, args: [{ projectId, reason: 'test', key: 'k', itemsMax: null }] }) as Promise<{ outcome: string; roundId: string | null }>;

  it('opens a round, closes it when a signal says that all is answered, and starts a retrain', async () => {
    const at = await createWorld();
    const projectId = randomUUID();
    const { roundId } = await collect(at, projectId);
    const round = at.world.rounds[0];
    expect(round?.roundId).toBe(roundId);
    Object.assign(round ?? {}, { left: 0, settled: 3 });
    const handle = at.client.workflow.getHandle(`${projectId}/route-for-review/${roundId}`);
    await handle.signal('itemsSettled');
    expect(await handle.result()).toMatchObject({ outcome: 'done', why: 'all 3 items are answered' });
    await until(() => at.world.versions.size === 1);
  });
  it('a round that was closed by hand starts a retrain where enough labels had come, and none where not', async () => {
    for (const enough of [true, false]) {
      const at = await createWorld();
      const projectId = randomUUID();
      at.world.retrainAfterRound = enough;
      const { roundId } = await collect(at, projectId);
      Object.assign(at.world.rounds[0] ?? {}, { state: 'closed' });
      const handle = at.client.workflow.getHandle(`${projectId}/route-for-review/${roundId}`);
      await handle.signal('itemsSettled');
      expect(await handle.result()).toMatchObject({ outcome: 'done', why: 'closed by hand' });
      if (enough) await until(() => at.world.versions.size === 1);
      expect(at.world.versions.size).toBe(enough ? 1 : 0);
    }
  });
  it('closes a round whose time is up', async () => {
    const at = await createWorld();
    const projectId = randomUUID();
    at.world.retrainAfterRound = false;
    const { roundId } = await collect(at, projectId);
    Object.assign(at.world.rounds[0] ?? {}, { deadlineInMs: 0 });
    const handle = at.client.workflow.getHandle(`${projectId}/route-for-review/${roundId}`);
    await handle.signal('itemsSettled');
    expect(await handle.result()).toMatchObject({ why: expect.stringContaining('time was up') as string });
  });
  it('opens nothing when nothing is flagged', async () => {
    const at = await createWorld();
    at.world.itemsWaiting = 0;
    expect(await collect(at, randomUUID())).toMatchObject({ outcome: 'skipped', roundId: null });
  });
  it('goes on after its worker was replaced, with nothing doubled', async () => {
    const at = await createWorld();
    const projectId = randomUUID();
    const { roundId } = await collect(at, projectId);
    await at.restart();
    Object.assign(at.world.rounds[0] ?? {}, { left: 0, settled: 3 });
    const handle = at.client.workflow.getHandle(`${projectId}/route-for-review/${roundId}`);
    await handle.signal('itemsSettled');
    await handle.result();
    await until(() => at.world.promotions.size === 1);
    expect(at.world.rounds).toHaveLength(1);
    expect(at.world.versions.size).toBe(1);
  });
});
