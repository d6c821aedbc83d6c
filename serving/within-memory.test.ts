import { expect, it } from 'vitest';
import type { ModelVersion } from '../domain/ports-models.ts';
import type { ServedModel } from '../domain/ports-predictions.ts';
import { createLoadWithinMemory } from './within-memory.ts';

it('refuses a challenger by its file before it is loaded, and by what the process grew by after', async () => {
  const state = { bytes: 100, grows: 0, loads: 0 };
  const load = createLoadWithinMemory({ memory: () => state.bytes, growthMax: 50, load: async (version) => { state.loads += 1; state.bytes += state.grows; return { version } as ServedModel; } });
  const version = (id: string, artifactBytes: number | null = null) => ({ id, artifactBytes }) as ModelVersion;
  await expect(load(version('file', 51))).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' });
  expect(state.loads).toBe(0);
  state.grows = 50;
  expect((await load(version('fits', 50))).version.id).toBe('fits');
  state.grows = 51;
  await expect(load(version('grows'))).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' });
  // Known to fit: what others take meanwhile is not its fault.
  expect((await load(version('fits', 50))).version.id).toBe('fits');
});
