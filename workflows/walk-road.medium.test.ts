import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RoadAct, StepOutcome } from '../contracts/workflows.ts';
import { bundleOf, startWorkflowWorld, workflowsPath } from '../testing/workflow-world.ts';

type World = Awaited<ReturnType<typeof startWorkflowWorld>>;
let bundle: { code: string };
const worlds: World[] = [];

beforeAll(async () => { bundle = await bundleOf(workflowsPath); });
afterAll(() => Promise.all(worlds.map((each) => each.stop())));

async function createWorld(): Promise<World> {
  const world = await startWorkflowWorld(inject('services')['TEMPORAL_ADDRESS'] ?? '', bundle);
  worlds.push(world);
  world.world.champion = 'the old one';
  return world;
}

const walk = (at: World) => {
  const [projectId, challengeId] = [randomUUID(), randomUUID()];
  return at.client.workflow.start('walkRoad', { taskQueue: at.taskQueue, workflowId: `${projectId}/walk-road/${challengeId}`, args: [{ projectId, challengeId }] });
};
const stay = { decision: { act: 'stay' as const, why: 'not enough yet', warn: null } };
const decide = (handle: Awaited<ReturnType<typeof walk>>, act: RoadAct['act'], by = 'Ada') => handle.executeUpdate<StepOutcome, [RoadAct]>('actOnRoad', { args: [{ act, by, reason: 'looked at it', key: randomUUID() }] });
const steps = (at: World) => at.world.calls.filter((each) => each.startsWith('step'));

describe('walk-road', () => {
  it('begins behind the gate where the policy has stages, and the retrain does not wait for it', async () => {
    const at = await createWorld();
    const projectId = randomUUID();
    Object.assign(at.world, { staged: true, looks: [stay] });
    const reply = await at.client.workflow.execute('retrainLight', { taskQueue: at.taskQueue, workflowId: `${projectId}/retrain-light`, args: [{ projectId, kind: 'light', reason: 'test', key: 'k' }] });
    expect(reply).toMatchObject({ step: 'done', promote: { promoted: false, outcome: 'done', why: expect.stringContaining('it sets out') as string } });
    expect(at.world.champion).toBe('the old one');
  });
  it('goes from shadow through the canary and the promotion to the end of the bake', async () => {
    const at = await createWorld();
    at.world.looks = [stay, { decision: { act: 'canary', canaryPercent: 10, why: '60 reviewed' } }, { decision: { act: 'promote', why: '500 images' } }, stay, { decision: { act: 'end', stage: 'done', why: '72 h' } }];
    expect(await (await walk(at)).result()).toEqual({ outcome: 'done', why: '72 h' });
    expect(steps(at)).toEqual(['step canary 10 by gate', 'step bake by gate', 'step done by gate']);
    expect(at.world.champion).toBe('challenger');
  });
  it('in the bake, a fault brings the former champion back before anything is written of it', async () => {
    const at = await createWorld();
    at.world.looks = [{ decision: { act: 'promote', why: '500 images' } }, { decision: { act: 'end', stage: 'rolled_back', why: 'e-value over 100' } }];
    expect(await (await walk(at)).result()).toEqual({ outcome: 'done', why: 'e-value over 100' });
    expect(at.world.champion).toBe('the old one');
    expect(steps(at)).toEqual(['step bake by gate', 'step rolled_back by gate']);
  });
  it('people hold, approve and abort, each answered when it was done; after that there is nothing to decide', async () => {
    const at = await createWorld();
    at.world.looks = [stay];
    const handle = await walk(at);
    expect(await decide(handle, 'hold')).toMatchObject({ outcome: 'done' });
    expect(await decide(handle, 'approve', 'Grace')).toMatchObject({ outcome: 'done', why: 'Grace said yes to what comes after shadow' });
    expect(at.world.road.approvals).toEqual(['Grace 2']);
    expect(await decide(handle, 'abort')).toMatchObject({ outcome: 'done', why: 'looked at it' });
    expect(await handle.result()).toEqual({ outcome: 'done', why: 'looked at it' });
    expect(steps(at)).toEqual(['step held by Ada', 'step aborted by Ada']);
  });
  it('rolling back in the bake moves the champion, in a canary it ends the road', async () => {
    const at = await createWorld();
    at.world.looks = [{ decision: { act: 'promote', why: '500 images' } }, stay];
    const handle = await walk(at);
    for (let tries = 0; tries < 100 && at.world.road.stage !== 'bake'; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(await decide(handle, 'roll_back')).toMatchObject({ outcome: 'done' });
    await handle.result();
    expect(at.world.champion).toBe('the old one');
    expect(steps(at).at(-1)).toBe('step rolled_back by Ada');
  });
  it('looks again at once when it is told to, and goes on after its worker was replaced', async () => {
    const at = await createWorld();
    at.world.looks = [{ ...stay, lookSeconds: 3600 }];
    const handle = await walk(at);
    for (let tries = 0; tries < 100 && !at.world.calls.includes('lookAtRoad'); tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
    await at.restart();
    at.world.looks = [{ decision: { act: 'end', stage: 'aborted', why: 'it answered NaN' } }];
    await handle.signal('lookAgain');
    expect(await handle.result()).toEqual({ outcome: 'done', why: 'it answered NaN' });
    expect(steps(at)).toEqual(['step aborted by gate']);
  });
  it('rehearses the way back', async () => {
    const at = await createWorld();
    const projectId = randomUUID();
    const reply = await at.client.workflow.execute('drillRollback', { taskQueue: at.taskQueue, workflowId: `${projectId}/drill-rollback`, args: [{ projectId, startedBy: 'schedule', key: 'schedule' }] });
    expect(reply).toEqual({ outcome: 'done', why: 'there and back', backMs: 400, forthMs: 300 });
  });
});
