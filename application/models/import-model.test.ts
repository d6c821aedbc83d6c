import { expect, it } from 'vitest';
import type { BroughtModel } from '../../domain/model-import.ts';
import type { ImportedModelRecord } from '../../domain/ports-imports.ts';
import type { ModelRecords, ModelVersion, PromotionRequest } from '../../domain/ports-models.ts';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { importModel, type ImportModelRequest } from './import-model.ts';

const brought = {
  backbone: { bytes: Uint8Array.of(1), sha256: 'b' }, artifact: { bytes: Uint8Array.of(2), sha256: 'a' }, weightsDigest: 'w', preprocessing: defaultPreprocessing, preprocessingDigest: 'p',
  head: { classIds: [0, 1], dimensions: 2, weights: new Float32Array(4), bias: new Float32Array(2), temperature: 1, normalise: 'none', centroids: null },
  embedding: 'features', batch: 'many', remarks: ['a remark'], measured: { millisecondsPerImage: 3, peakMemoryBytes: 9, batchDifference: 0 },
} satisfies BroughtModel;
const request: ImportModelRequest = {
  projectId: 'p', bytes: Uint8Array.of(7, 7), sha256: '0707', fileName: 'm.onnx', renamed: {}, promote: 'if_first', by: { id: 'u', name: 'Ada' }, key: 'k',
  specification: { classNames: ['fox', 'hare'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' },
};

function world() {
  const store = createMemoryObjectStore();
  const inserted: ImportedModelRecord[] = [];
  const promoted: PromotionRequest[] = [];
  const breaks = { promotion: 0, store: 0 };
  let brings = 0;
  const versionOf = (record: ImportedModelRecord) => ({ ...record.version, id: `v-${record.version.key}`, number: 1, kind: 'imported' }) as unknown as ModelVersion;
  const found = (key: string) => inserted.find((each) => each.version.key === key);
  const records = {
    champion: async () => (promoted[0] === undefined ? null : ({ id: promoted[0].toId } as ModelVersion)),
    versionById: async (id: string) => { const record = inserted.find((each) => versionOf(each).id === id); return record === undefined ? null : versionOf(record); },
    latestEventDay: async () => null,
    promote: async (each: PromotionRequest) => {
      if (breaks.promotion-- > 0) throw new Error('killed');
      promoted.push(each);
      return { toId: each.toId } as never;
    },
  } as unknown as ModelRecords;
  const deps: Parameters<typeof importModel>[0] = {
    records, clock: { now: () => new Date(0) }, servingFollows: async () => true, store: { ...store, putIfAbsent: async (key, bytes) => { if (breaks.store-- > 0) throw new Error('gone'); return store.putIfAbsent(key, bytes); } },
    files: { encodeHead: () => Uint8Array.of(3), sha256: (bytes) => Buffer.from(bytes).toString('hex') },
    importer: { bring: async () => { brings += 1; return brought; } }, classes: async () => ({ id: 'set', classes: [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }] }),
    imports: {
      byKey: async (_project, key) => { const record = found(key); return record === undefined ? null : { version: versionOf(record), requestDigest: String(record.parameters['requestDigest']), parameters: record.parameters, metrics: record.metrics }; },
      insert: async (record) => { inserted.push(record); return versionOf(record); }, unregistered: async () => [], registered: async () => undefined,
    },
  };
  return { deps, inserted, promoted, breaks, store, brings: () => brings };
}

it('killed between the version and its promotion, the same request again makes it whole without a second trial', async () => {
  const at = world();
  at.breaks.promotion = 1;
  await expect(importModel(at.deps, request)).rejects.toThrow('killed');
  expect(await importModel(at.deps, request)).toMatchObject({ becameChampion: true, embedding: 'features', remarks: ['a remark'], millisecondsPerImage: 3 });
  expect([at.inserted.length, at.promoted.length, at.brings()]).toEqual([1, 1, 1]);
  expect(at.promoted[0]).toMatchObject({ kind: 'first', gateReportId: null, decidedBy: 'Ada' });
});
it('object first, then row: a store that fails leaves no version', async () => {
  const at = world();
  at.breaks.store = 1;
  await expect(importModel(at.deps, request)).rejects.toThrow('gone');
  expect([at.inserted.length, at.promoted.length]).toEqual([0, 0]);
  await importModel(at.deps, request);
  const version = at.inserted[0]!.version;
  for (const key of [version.backboneKey, version.artifactKey, version.headKey, 'projects/p/imports/0707.onnx']) expect(await at.store.exists(key!)).toBe(true);
});
it('says who, from what and how it was told', async () => {
  const at = world();
  await importModel(at.deps, request);
  expect(at.inserted[0]).toMatchObject({ by: 'u', reason: 'imported by Ada from m.onnx', parameters: { sha256: '0707', byteSize: 2, fileName: 'm.onnx', specification: request.specification, embedding: 'features', classes: 2 } });
});
it('another request under the key is refused; class names are held against the project before anything is tried', async () => {
  const at = world();
  await importModel(at.deps, request);
  await expect(importModel(at.deps, { ...request, bytes: Uint8Array.of(8), sha256: '08' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  await expect(importModel(at.deps, { ...request, key: 'other', specification: { ...request.specification, classNames: ['fox', 'wolf'] } })).rejects.toMatchObject({ code: 'MODEL_CLASSES_MISMATCH' });
  expect(at.brings()).toBe(1);
});
