import { describe, expect, it } from 'vitest';
import type { ModelRegistry } from '../../domain/ports.ts';

/** An ONNX file that answers with the mean of each colour: image [n,3,2,2] → probabilities [n,3]. */
export const tinyModel: Uint8Array = Buffer.from(
  'CAg6gwEKHQoFaW1hZ2USAXAiEUdsb2JhbEF2ZXJhZ2VQb29sChsKAXASDXByb2JhYmlsaXRpZXMiB0ZsYXR0ZW4SAWdaIAoFaW1hZ2USFwoVCAESEQoDEgFuCgIIAwoCCAIKAggCYiAKDXByb2JhYmlsaXRpZXMSDwoNCAESCQoDEgFuCgIIA0IECgAQEQ==',
  'base64',
);

/** What a registered version of the tiny model is made from, for a run and a key. */
export const tinyVersion = (model: string, runId: string, key: string): Parameters<ModelRegistry['registerVersion']>[0] => ({
  model, runId, key, onnx: tinyModel,
  input: { name: 'image', shape: [-1, 3, 2, 2] }, outputs: [{ name: 'probabilities', shape: [-1, 3] }],
  tags: { 'perennial.kind': 'light' }, inputExample: Float32Array.from({ length: 12 }, (_, i) => i / 12),
});

/** What every model registry must do; names are the run's own. */
export function modelRegistryContract(name: string, create: () => ModelRegistry | Promise<ModelRegistry>): void {
  const own = Math.random().toString(36).slice(2);
  const at = new Date('2026-09-01T12:00:00Z');
  const start = (registry: ModelRegistry, key: string) =>
    registry.startRun({ experiment: `contract-${own}`, name: 'light-1', tags: { 'perennial.key': key }, startedAt: at });

  describe(`${name} keeps the model registry's contract`, () => {
    it('answers when asked whether it is there', async () => {
      await (await create()).check();
    });
    it('finds the run of a key again, and makes another for another key', async () => {
      const registry = await create();
      const first = await start(registry, `${own}-run-1`);
      expect(await start(registry, `${own}-run-1`)).toEqual(first);
      expect(await start(registry, `${own}-run-2`)).not.toEqual(first);
    });
    it('takes parameters, metrics, tags, a dataset, artifacts and the end of a run, more than once', async () => {
      const registry = await create();
      const { runId } = await start(registry, `${own}-run-3`);
      for (let turn = 0; turn < 2; turn += 1) {
        await registry.logRun(runId, { parameters: { c: '0.1' }, metrics: { accuracy: 0.94 }, tags: { 'perennial.reason': 'by hand' } });
        await registry.logDataset(runId, { name: 'cams-v1', digest: 'ab'.repeat(18), source: 'perennial:dataset/1', profile: '{"images":12}' });
        await registry.putArtifact(runId, 'plots/confusion matrix.svg', new TextEncoder().encode('<svg/>'), 'image/svg+xml');
        await registry.endRun(runId, 'FINISHED', at);
      }
    });
    it('registers one version for a key, however often it is told to', async () => {
      const registry = await create();
      const model = `contract-once-${own}`;
      await registry.ensureModel(model);
      await registry.ensureModel(model);
      const { runId } = await start(registry, `${own}-run-4`);
      const first = await registry.registerVersion(tinyVersion(model, runId, `${own}-key-1`));
      expect(first.version).toBe('1');
      expect(await registry.registerVersion(tinyVersion(model, runId, `${own}-key-1`))).toEqual(first);
      expect((await registry.registerVersion(tinyVersion(model, runId, `${own}-key-2`))).version).toBe('2');
    });
    it('moves an alias, and says null where there is none', async () => {
      const registry = await create();
      const model = `contract-alias-${own}`;
      expect(await registry.aliasOf(model, 'champion')).toBeNull();
      await registry.ensureModel(model);
      expect(await registry.aliasOf(model, 'champion')).toBeNull();
      const { runId } = await start(registry, `${own}-run-5`);
      for (const key of ['a', 'b']) await registry.registerVersion(tinyVersion(model, runId, `${own}-alias-${key}`));
      for (const version of ['1', '2', '1']) {
        await registry.setAlias(model, 'champion', version);
        expect(await registry.aliasOf(model, 'champion')).toBe(version);
      }
      expect(await registry.aliasOf(model, 'challenger')).toBeNull();
    });
    it('refuses a version of a model and an alias of a version that it does not have', async () => {
      const registry = await create();
      const { runId } = await start(registry, `${own}-run-6`);
      await expect(registry.registerVersion(tinyVersion(`contract-none-${own}`, runId, `${own}-none`))).rejects.toMatchObject({ code: 'INTERNAL' });
      await registry.ensureModel(`contract-few-${own}`);
      await expect(registry.setAlias(`contract-few-${own}`, 'champion', '7')).rejects.toMatchObject({ code: 'INTERNAL' });
    });
    it('refuses what is told about a run that it does not have', async () => {
      const registry = await create();
      const none = '0'.repeat(32);
      await expect(registry.logRun(none, { metrics: { accuracy: 1 } })).rejects.toMatchObject({ code: 'INTERNAL' });
      await expect(registry.putArtifact(none, 'a.txt', new Uint8Array([1]))).rejects.toMatchObject({ code: 'INTERNAL' });
      await expect(registry.endRun(none, 'FAILED', at)).rejects.toMatchObject({ code: 'INTERNAL' });
    });
  });
}
