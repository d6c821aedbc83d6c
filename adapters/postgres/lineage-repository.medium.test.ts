import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReviewWorld, type ReviewWorld } from '../../testing/review-world.ts';
import { createLineageRepository } from './lineage-repository.ts';

let world: ReviewWorld;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(() => world.close());

it('an image leads to the version its label taught, and a version to what made it and what it answered', async () => {
  const at = await world.project();
  const { projectId } = at;
  const [image] = await at.flagged(1);
  const [datasetId, runId, versionId] = [uuidv7(), uuidv7(), uuidv7()];
  await world.database.label.create({ data: { id: uuidv7(), projectId, imageId: image!.imageId, kind: 'class', classId: 2, source: 'review', createdBy: 'ann', createdAt: new Date(Date.now() - 60_000) } });
  await world.database.datasetVersion.create({ data: { id: datasetId, projectId, number: 1, classSetId: at.classSetId, rootDigest: 'd', imageCount: 1, splitCounts: {}, classCounts: {}, reason: 'r', key: 'k', bytesWritten: 0, createdBy: 'ann' } });
  await world.database.run.create({ data: { id: runId, projectId, kind: 'light', key: 'r', state: 'done', reason: 'r', parameters: {} } });
  await world.database.modelVersion.create({ data: { id: versionId, projectId, number: 9, kind: 'light', key: 'nine', classSetId: at.classSetId, runId, datasetVersionId: datasetId } });
  await world.database.promotion.create({ data: { id: uuidv7(), projectId, sequence: 1, kind: 'first', toId: versionId, reason: 'first', decidedBy: 'gate', key: 'p' } });
  const lineage = createLineageRepository(world.database);

  const ofImage = await lineage.ofImage(projectId, image!.imageId);
  const titles = ofImage.nodes.map(({ title }) => title);
  expect(titles).toEqual(expect.arrayContaining(['hare at 70 % (champion)', 'badger, by review', 'dataset version 1, 1 images', 'model version 9 (light)', 'first 1: first']));

  const ofVersion = await lineage.ofModelVersion(projectId, versionId);
  expect(ofVersion.subject).toMatchObject({ kind: 'model_version', title: 'model version 9 (light)' });
  const said = ofVersion.edges.map(({ from, to, because }) => [ofVersion.nodes.find(({ id }) => id === from)?.kind, because, ofVersion.nodes.find(({ id }) => id === to)?.kind]);
  expect(said).toEqual(expect.arrayContaining([['dataset_version', 'was learnt from', 'run'], ['run', 'made', 'model_version'], ['model_version', 'became champion, decided by gate', 'promotion'], ['model_version', 'answered', 'prediction']]));
  await expect(lineage.ofModelVersion((await world.project()).projectId, versionId)).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_FOUND' });
});
