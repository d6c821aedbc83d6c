import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { createDatabase, type Database } from './connection.ts';
import { createModelRepository } from './model-repository.ts';

let fresh: FreshDatabase;
let database: Database;
const projectId = uuidv7();

beforeAll(async () => {
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl, 4);
});
afterAll(async () => {
  await database.$disconnect();
  await fresh.drop();
});

const versionOf = (key: string, runId: string | null) => ({
  projectId, kind: 'light' as const, key, runId, datasetVersionId: null, classSetId: uuidv7(), backboneDigest: null, backboneKey: null, preprocessing: null,
  preprocessingDigest: null, headKey: 'head', artifactKey: 'artifact', artifactSha256: 'a', artifactBytes: 1, dimensions: 4, mlflowVersion: '1',
});

describe('a worker killed between two writes', () => {
  it('never leaves a model version whose run still runs', async () => {
    const records = createModelRepository(database);
    const run = await records.startRun({ projectId, kind: 'light', key: 'run', datasetVersionId: null, reason: 'test', parameters: {}, workflowRunId: null });
    // A run that is not there: the second write fails as if it had never come.
    await expect(records.insertVersion(versionOf('run', run.id), { id: uuidv7(), mlflowRunId: 'm', metrics: {} })).rejects.toThrow();
    expect(await records.versionByKey(projectId, 'run')).toBeNull();
    await records.insertVersion(versionOf('run', run.id), { id: run.id, mlflowRunId: 'm', metrics: { loss: 0.5 } });
    expect(await records.runById(run.id)).toMatchObject({ state: 'done', mlflowRunId: 'm', metrics: { loss: 0.5 } });
  });
  it('never leaves a challenger evaluated twice for one gate report', async () => {
    const records = createModelRepository(database);
    const challengerId = uuidv7();
    const report = { projectId, championId: uuidv7(), challengerId, verdict: 'pass', sentence: 'it passes', checks: [], key: 'gate' };
    const evaluations = [{ holdout: 'audit', images: 3, metrics: { accuracy: 1 } }, { holdout: 'reference', images: 2, metrics: { accuracy: 0.5 } }];
    const first = await records.insertGateReport(report, evaluations);
    expect(await records.insertGateReport(report, evaluations)).toEqual(first);
    expect(await database.evaluation.count({ where: { modelVersionId: challengerId } })).toBe(2);
  });
});
