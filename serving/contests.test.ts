import { describe, expect, it } from 'vitest';
import type { Route } from '../domain/challenge.ts';
import { PerennialError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/ports-models.ts';
import type { ServedModel } from '../domain/ports-predictions.ts';
import { createContests } from './contests.ts';

const route = (more: Partial<Route> = {}): Route => ({ challengeId: 'c', sequence: 1, kind: 'road', challengerId: 'new', championId: 'old', stage: 'shadow', shadowPercent: 100, canaryPercent: 0, ...more });
const model = (id: string, dimensions = 2) => ({
  version: { id } as ModelVersion, backbone: { dimensions: 2 } as ServedModel['backbone'],
  head: { classIds: [0, 1], dimensions, weights: new Float32Array(2 * dimensions), bias: new Float32Array(2), temperature: 1, normalise: 'none' as const, centroids: null },
}) satisfies ServedModel;
const settled = () => new Promise(setImmediate);

function world() {
  const state = { route: route() as Route | null, models: new Map([['old', model('old')], ['new', model('new')], ['third', model('third')]]), fails: new Map<string, unknown>() };
  const faults: { modelVersionId: string; code: string }[] = [];
  const contests = createContests({
    routesOf: async () => new Map(state.route === null ? [] : [['p', state.route]]),
    versionById: async (id) => ({ id }) as ModelVersion,
    load: async ({ id }) => {
      if (state.fails.has(id)) throw state.fails.get(id);
      return state.models.get(id)!;
    },
    onFault: ({ modelVersionId, error }) => { faults.push({ modelVersionId, code: (error as { code?: string }).code ?? '' }); },
  });
  const look = async () => {
    await contests.look(['p']);
    await settled();
  };
  const otherThan = (id: string) => contests.contest('p', state.models.get(id)!)?.other.version.id ?? null;
  return { state, contests, look, otherThan, faults };
}

describe('what serving follows', () => {
  it('ROUTE1 the other is the challenger before its promotion and the champion before it after; a third has none', async () => {
    const { look, otherThan, contests } = world();
    expect(otherThan('old')).toBeNull();
    await look();
    expect([otherThan('old'), otherThan('new'), otherThan('third')]).toEqual(['new', 'old', null]);
    expect(contests.followed()).toEqual(new Map([['p', { challengeId: 'c', sequence: 1 }]]));
  });

  it('a step is followed once it was looked at; a road that ended is not', async () => {
    const { state, look, contests, otherThan } = world();
    await look();
    state.route = route({ sequence: 2, canaryPercent: 10, stage: 'canary' });
    await look();
    expect(contests.contest('p', state.models.get('old')!)?.route).toMatchObject({ sequence: 2, canaryPercent: 10 });
    state.route = null;
    await look();
    expect([otherThan('old'), contests.followed().size]).toEqual([null, 0]);
  });

  it('ROUTE2 a challenger that does not load, or whose head does not fit, is at fault once; the champion has no contest', async () => {
    const { state, look, faults, otherThan } = world();
    state.fails.set('new', new PerennialError('MODEL_LOAD_FAILED'));
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect([otherThan('old'), faults]).toEqual([null, [{ modelVersionId: 'new', code: 'MODEL_LOAD_FAILED' }]]);
    state.fails.clear();
    state.models.set('new', model('new', 3));
    state.route = route({ challengeId: 'd' });
    await look();
    expect([otherThan('old'), faults.at(-1)]).toEqual([null, { modelVersionId: 'new', code: 'MODEL_OUTPUT_UNSUPPORTED' }]);
  });

  it('a store that is away is no fault: the next look tries again', async () => {
    const { state, look, faults, otherThan } = world();
    state.fails.set('new', new PerennialError('STORE_UNAVAILABLE'));
    await look();
    expect(otherThan('old')).toBeNull();
    state.fails.clear();
    await look();
    expect([otherThan('old'), faults]).toEqual(['new', []]);
  });

  it('one that was dropped is asked no more while the challenge lasts', async () => {
    const { state, look, contests, otherThan } = world();
    await look();
    contests.drop('p', 'another', 'new');
    expect(otherThan('old')).toBe('new');
    contests.drop('p', 'c', 'new');
    await look();
    expect(otherThan('old')).toBeNull();
    state.route = route({ challengeId: 'd' });
    await look();
    expect(otherThan('old')).toBe('new');
  });
});
