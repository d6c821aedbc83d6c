import { describe, expect, it } from 'vitest';
import { PerennialError } from '../domain/errors.ts';
import { defaultPolicy } from '../domain/policy.ts';
import type { Backbone, Head } from '../domain/ports.ts';
import type { ModelVersion } from '../domain/ports-models.ts';
import { defaultPreprocessing } from '../domain/preprocessing.ts';
import { createModelPool } from './model-pool.ts';

const head: Head = { classIds: [0, 1], dimensions: 2, weights: new Float32Array(4), bias: new Float32Array(2), temperature: 1, normalise: 'none', centroids: null };
const version = (number: number, more: Partial<ModelVersion> = {}) => ({ id: `v${number}`, number, kind: 'light', backboneKey: 'backbone', headKey: `head-${number}`, ...more }) as ModelVersion;

function world() {
  let time = 0;
  let champion: ModelVersion | null = version(1);
  const loads: string[] = [];
  const waits = new Map<string, () => void>();
  const slow = new Set<string>();
  const batches: number[] = [];
  const closed: string[] = [];
  const broken = new Set<string>();
  const backboneOf = (key: string): Backbone => ({
    weightsDigest: key, preprocessing: defaultPreprocessing, dimensions: 2, close: async () => { closed.push(key); },
    run: async (inputs) => {
      batches.push(inputs.length);
      if (slow.has('run')) await new Promise<void>((resolve) => waits.set('run', resolve));
      return inputs.map((input) => ({ embedding: input, logits: null }));
    },
  });
  const pool = createModelPool({
    records: { champion: async () => champion, versionByNumber: async (_project, number) => (number < 9 ? version(number) : null) },
    projectBySlug: async (slug) => ({ id: slug, slug, timeZone: 'UTC', classes: [], policy: defaultPolicy, policyVersionId: 'p' }),
    loadBackbone: async (key) => {
      loads.push(key);
      if (broken.has(key)) throw new PerennialError('MODEL_LOAD_FAILED');
      return backboneOf(key);
    },
    loadDefaultBackbone: async () => { loads.push('default'); return backboneOf('default'); },
    loadHead: async (key) => {
      loads.push(key);
      if (slow.has(key)) await new Promise<void>((resolve) => waits.set(key, resolve));
      return head;
    },
    now: () => time, batching: { batchSizeMax: 8, batchDelayMsMax: 1, queueLengthMax: 9, queueAgeMsMax: 1000 },
  });
  return {
    pool, loads, waits, slow, batches, closed, broken,
    promote: (next: ModelVersion | null) => { champion = next; },
    pass: async (ms: number) => { time += ms; await new Promise(setImmediate); },
  };
}
const numberOf = async (asked: Promise<{ version: ModelVersion }>) => (await asked).version.number;

describe('the champion', () => {
  it('is loaded once, however many ask', async () => {
    const { pool, loads } = world();
    await Promise.all([1, 2, 3].map(() => pool.champion('p')));
    expect(loads).toEqual(['backbone', 'head-1']);
  });

  it('before goes on answering until the new one is loaded whole; the backbone is loaded once', async () => {
    const { pool, loads, slow, waits, promote, pass } = world();
    expect(await numberOf(pool.champion('p'))).toBe(1);
    slow.add('head-2');
    promote(version(2));
    await pass(600);
    expect(await numberOf(pool.champion('p'))).toBe(1);
    await pass(600);
    expect(await numberOf(pool.champion('p'))).toBe(1);
    waits.get('head-2')!();
    await pass(1);
    expect(await numberOf(pool.champion('p'))).toBe(2);
    expect(loads.filter((key) => key === 'backbone')).toHaveLength(1);
    expect(pool.served().get('p')?.number).toBe(2);
  });

  it('that nobody asked about for long is looked up before it answers', async () => {
    const { pool, promote, pass } = world();
    await pool.champion('p');
    promote(version(2));
    await pass(10_000);
    expect(await numberOf(pool.champion('p'))).toBe(2);
  });

  it('is missing by code, and asked for again', async () => {
    const { pool, promote, pass } = world();
    promote(null);
    await expect(pool.champion('p')).rejects.toMatchObject({ code: 'PROJECT_HAS_NO_MODEL' });
    promote(version(1));
    await pass(1);
    expect(await numberOf(pool.champion('p'))).toBe(1);
  });
});

it('embeds what arrives together in one run, by backbone and not by head', async () => {
  const { pool, batches } = world();
  const [one, two] = [await pool.version('p', 1), await pool.version('p', 2)];
  await Promise.all([pool.embed(one.backbone, new Float32Array(2)), pool.embed(two.backbone, new Float32Array(2))]);
  expect(batches).toEqual([2]);
  await expect(pool.version('p', 9)).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
});

const full = (number: number) => version(number, { backboneKey: `backbone-${number}` });
describe('what stays loaded', () => {
  it('the champion and the one before it, for going back; what nobody asked for lately is let go', async () => {
    const { pool, promote, pass, closed, loads } = world();
    for (const number of [1, 2, 3]) {
      promote(full(number));
      await pass(6_000);
      expect(await numberOf(pool.champion('p'))).toBe(number);
    }
    await pool.load(full(7));
    await pool.sweep();
    expect(closed).toEqual([]);
    await pass(160_000);
    await pool.champion('p');
    await pool.sweep();
    expect(closed.toSorted()).toEqual(['backbone-1', 'backbone-7']);
    promote(full(2));
    await pass(6_000);
    expect(await numberOf(pool.champion('p'))).toBe(2);
    expect(loads.filter((key) => key === 'backbone-2')).toHaveLength(1);
  });

  it('what is asked for again and again, and what is at work', async () => {
    const { pool, pass, closed, slow, waits } = world();
    const asked = full(4);
    const { backbone } = await pool.load(full(5));
    slow.add('run');
    const under = pool.embed(backbone, new Float32Array(2));
    await expect.poll(() => waits.has('run')).toBe(true);
    for (let at = 0; at < 5; at += 1) {
      await pass(50_000);
      await pool.load(asked);
      if (at === 3) await pool.sweep();
    }
    expect(closed).toEqual([]);
    waits.get('run')!();
    await under;
    await pool.sweep();
    expect(closed).toEqual(['backbone-5']);
  });

  it('the one before goes on answering where a promoted one does not load, and its file is not tried at every look', async () => {
    const { pool, promote, pass, broken, loads } = world();
    promote(full(1));
    await pool.champion('p');
    broken.add('backbone-2');
    promote(full(2));
    for (let look = 0; look < 10; look += 1) {
      await pass(6_000);
      expect(await numberOf(pool.champion('p'))).toBe(1);
    }
    expect(loads.filter((key) => key === 'backbone-2').length).toBeLessThanOrEqual(3);
    broken.clear();
    await pass(31_000);
    expect(await numberOf(pool.champion('p'))).toBe(2);
  });
});
