import { beforeEach, describe, expect, it } from 'vitest';
import type { AliasRecords, ModelRecords } from '../../domain/ports-models.ts';
import { createMemoryModelRegistry } from '../../testing/fakes/memory-model-registry.ts';
import { reconcileChampion } from './reconcile-champion.ts';

const project = { id: 'p', slug: 'north' };
const model = 'perennial-north';

async function createWorld() {
  const registry = createMemoryModelRegistry();
  await registry.ensureModel(model);
  for (const key of ['a', 'b', 'c']) {
    const { runId } = await registry.startRun({ experiment: 'e', name: key, tags: {}, startedAt: new Date(0) });
    await registry.registerVersion({ model, runId, key, onnx: new Uint8Array(1), input: { name: 'x', shape: [] }, outputs: [], tags: {} });
  }
  const state = { champion: '1', set: null as string | null, moved: [] as object[], alerts: [] as string[] };
  const aliases: AliasRecords = {
    lastSet: async () => state.set,
    set: async ({ to }) => { state.set = to; },
    moved: async (act) => { state.moved.push(act); },
  };
  const records = { champion: async () => ({ mlflowVersion: state.champion }) } as unknown as ModelRecords;
  const alerts = { raise: async ({ sentence }: { sentence: string }) => { state.alerts.push(sentence); }, resolve: async () => undefined, open: async () => [], raisedSince: async () => false };
  return { registry, state, reconcile: () => reconcileChampion({ records, registry, aliases, alerts }, project), alias: () => registry.aliasOf(model, 'champion') };
}

let world: Awaited<ReturnType<typeof createWorld>>;
beforeEach(async () => { world = await createWorld(); });

describe('the alias champion', () => {
  it('follows the champion, and that alone is nobody’s doing', async () => {
    expect(await world.reconcile()).toMatchObject({ outcome: 'done' });
    expect(await world.reconcile()).toMatchObject({ outcome: 'skipped' });
    world.state.champion = '2';
    expect(await world.reconcile()).toMatchObject({ outcome: 'done', why: 'alias champion moved from 1 to 2' });
    expect(await world.alias()).toBe('2');
    expect(world.state).toMatchObject({ moved: [], alerts: [], set: '2' });
  });
  it('moved by somebody else is put right, written down and told', async () => {
    await world.reconcile();
    await world.registry.setAlias(model, 'champion', '3');
    expect(await world.reconcile()).toMatchObject({ outcome: 'done', why: 'alias champion moved from 3 to 1' });
    expect(await world.alias()).toBe('1');
    expect(world.state.moved).toEqual([{ projectId: 'p', alias: 'champion', from: '1', to: '3', champion: '1' }]);
    expect(world.state.alerts).toEqual(['The alias champion in MLflow was moved from version 1 to 3 by somebody else; version 1 is the champion, and the alias was put right.']);
  });
  it('moved by somebody else while the champion changed is told too', async () => {
    await world.reconcile();
    await world.registry.setAlias(model, 'champion', '3');
    world.state.champion = '2';
    await world.reconcile();
    expect(world.state.moved).toHaveLength(1);
    expect(await world.alias()).toBe('2');
  });
  it('set by a process that was killed before it could say so is not told', async () => {
    await world.reconcile();
    world.state.champion = '2';
    await world.registry.setAlias(model, 'champion', '2');
    await world.reconcile();
    world.state.champion = '3';
    await world.reconcile();
    expect(world.state).toMatchObject({ moved: [], set: '3' });
  });
});
