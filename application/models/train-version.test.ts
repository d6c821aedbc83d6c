import { describe, expect, it } from 'vitest';
import { PerennialError } from '../../domain/errors.ts';
import { trainVersion, type TrainVersionDependencies } from './train-version.ts';

/** A training that comes as far as reading embeddings, and fails there. */
async function failWith(error: PerennialError, isOver: boolean): Promise<string[]> {
  const failed: string[] = [];
  const deps = {
    records: { versionByKey: async () => null, champion: async () => null, startRun: async () => ({ id: 'run' }), failRun: async (id: string, why: string) => { failed.push(`${id}: ${why}`); } },
    backbones: { of: async () => ({ weightsDigest: 'w', preprocessingDigest: 'p' }) }, classes: async () => ({ id: 'classes', classes: [] }),
    datasets: { rows: async () => [], byId: async () => ({ labelsUntil: null, createdAt: new Date(0) }) }, filler: { fill: async () => undefined }, embeddings: { load: async () => { throw error; } },
  };
  const request = { projectId: 'p', projectSlug: 'p', kind: 'light' as const, datasetVersionId: 'd', reason: 'test', key: 'k', workflowRunId: null, onProgress: () => undefined, isOver: () => isOver };
  await expect(trainVersion(deps as unknown as TrainVersionDependencies, request)).rejects.toBe(error);
  return failed;
}

describe('a run whose training fails', () => {
  it('is failed with the reason where it is not tried again, and goes on running where it is', async () => {
    expect(await failWith(new PerennialError('TRAINING_INPUT_INVALID', 'nothing to learn from'), true)).toEqual(['run: nothing to learn from']);
    expect(await failWith(new PerennialError('STORE_UNAVAILABLE'), false)).toEqual([]);
  });
});
