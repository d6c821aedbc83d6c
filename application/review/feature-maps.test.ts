import { afterEach, expect, it, vi } from 'vitest';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { createFeatureMaps } from './feature-maps.ts';

afterEach(() => { vi.useRealTimers(); });

function world() {
  const told: string[] = [];
  let running = 0;
  const maps = createFeatureMaps({
    store: { get: async (key) => Buffer.from(key) }, original: async (_project, imageId) => ({ bytes: Buffer.from(imageId) }), modelInput: async () => new Float32Array(1),
    load: async (bytes) => {
      const key = Buffer.from(bytes).toString();
      if (key === 'broken') throw new Error('no model');
      told.push(`load ${key}`);
      return {
        preprocessing: defaultPreprocessing,
        featureMap: async () => { running += 1; if (running > 1) throw new Error('two at once'); await Promise.resolve(); running -= 1; return { channels: 1, height: 1, width: 1, data: Float32Array.of(1) }; },
        close: async () => { told.push(`close ${key}`); },
      };
    },
  });
  return { maps, told };
}

it('loads a backbone once, runs one map at a time, and lets it go for another', async () => {
  const { maps, told } = world();
  await Promise.all([maps.of('p', 'a', 'one'), maps.of('p', 'b', 'one'), maps.of('p', 'c', 'two')]);
  expect(told).toEqual(['load one', 'close one', 'load two']);
  await expect(maps.of('p', 'a', 'broken')).rejects.toThrow('no model');
  await maps.of('p', 'a', 'one');
  await maps.close();
  expect(told).toEqual(['load one', 'close one', 'load two', 'close two', 'load one', 'close one']);
});

it('drops the backbone when nobody has asked for five minutes', async () => {
  vi.useFakeTimers();
  const { maps, told } = world();
  await maps.of('p', 'a', 'one');
  await vi.advanceTimersByTimeAsync(299_000);
  expect(told).toEqual(['load one']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual(['load one', 'close one']);
});
