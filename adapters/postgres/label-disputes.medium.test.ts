import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { huntLabelErrors, type HuntDependencies } from '../../application/review/hunt-label-errors.ts';
import { createPlainMatrixProducts } from '../../training/plain-matrix-products.ts';
import { crossValidatedPredictions } from '../../training/cross-validated-predictions.ts';
import type { DatasetRow } from '../../domain/ports-models.ts';
import { askEverything, createReviewWorld, type ReviewProject, type ReviewWorld } from '../../testing/review-world.ts';

let world: ReviewWorld;
let at: ReviewProject;
beforeAll(async () => { world = await createReviewWorld(); });
afterAll(() => world.close());
beforeEach(async () => { at = await world.project(); });

/** Two clear clouds of 30 images; a few of each have the other's label. */
async function clouds(wrong: number) {
  const made = await at.flagged(60);
  await world.database.reviewItem.updateMany({ where: { id: { in: made.map((each) => each.itemId) } }, data: { state: 'passed_over' } });
  const truth = (nth: number): number => nth % 2;
  const classOf = (nth: number): number => (nth < wrong ? 1 - truth(nth) : truth(nth));
  await world.reviews.importLabels({ projectId: at.projectId, by: 'e', labels: made.map((each, nth) => ({ sha256: each.imageId.replaceAll('-', '').padEnd(64, '0'), classId: classOf(nth), group: null })) });
  const vectors = new Map(made.map((each, nth) => [each.imageId, Float32Array.from([truth(nth) === 0 ? 1 : -1, Math.sin(nth) / 4, Math.cos(nth * 3) / 4])]));
  const rows = made.map((each, nth): DatasetRow => ({ imageId: each.imageId, sha256: '', classId: classOf(nth), split: 'train', group: each.imageId }));
  const version = { id: at.modelVersionId, projectId: at.projectId, datasetVersionId: at.classSetId, backboneDigest: 'w', preprocessingDigest: 'q' };
  const deps: HuntDependencies = {
    records: { versions: async () => [version as never], versionById: async () => version as never }, datasets: { rows: async () => rows },
    embeddings: { load: async (_project, ids) => new Map(ids.map((id) => [id, vectors.get(id) as Float32Array])) },
    reviews: world.reviews, project: async () => ({ policy: askEverything, classes: [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }] }),
    heldOut: (set) => crossValidatedPredictions(createPlainMatrixProducts(), { ...set, l2: 0.1, seed: 1 }),
  };
  return { deps, wrong: made.slice(0, wrong).map((each) => each.imageId), all: made };
}
const hunt = (deps: HuntDependencies, itemsMax = 50) => huntLabelErrors(deps, { projectId: at.projectId, versionId: null, itemsMax });
const queue = () => world.reviews.unresolved(at.projectId, { after: null, limit: 50, why: 'label_dispute' });

it('labels that are wrong go to an adjudicator, with what the model says; run again, none goes twice', async () => {
  const { deps, wrong } = await clouds(3);
  expect(await hunt(deps)).toMatchObject({ outcome: 'done', looked: 60, items: 3 });
  const { entries, total } = await queue();
  expect(total).toBe(3);
  expect(new Set(entries.map((each) => each.imageId))).toEqual(new Set(wrong));
  expect(await world.reviews.adjudicationDetail(at.projectId, entries[0]?.id ?? '')).toMatchObject({ why: 'label_dispute', label: { source: 'import' }, dispute: { modelVersionNumber: 7 } });
  expect(await hunt(deps)).toMatchObject({ outcome: 'skipped', items: 0 });
});

it('a verdict corrects the label by a new record; taken back, the label of before holds again; what was decided is not disputed', async () => {
  const { deps } = await clouds(1);
  await hunt(deps);
  const [entry] = (await queue()).entries;
  const verdict = { projectId: at.projectId, itemId: entry?.id ?? '', userId: at.person('cy'), verdict: { kind: 'class' as const, classId: 0 }, comment: null, key: 'v' };
  const { adjudicationId } = await world.reviews.adjudicate(verdict);
  expect((await at.labels(entry?.imageId ?? '')).map(({ source, classId }) => ({ source, classId }))).toEqual([{ source: 'import', classId: 1 }, { source: 'adjudication', classId: 0 }]);
  expect(await hunt(deps)).toMatchObject({ items: 0 });
  await world.reviews.withdrawAdjudication({ projectId: at.projectId, adjudicationId, userId: at.person('cy'), anyones: false, key: 'undo' });
  expect((await at.labels(entry?.imageId ?? '')).at(-1)).toMatchObject({ kind: 'class', source: 'import', classId: 1 });
  expect((await queue()).total).toBe(1);
});

it('holdout, audit, gold and hidden images are never disputed', async () => {
  const { deps, all: [holdout, hidden, gold, plain] } = await clouds(4);
  const { projectId } = at;
  await world.database.holdoutMember.create({ data: { projectId, holdout: 'reference', imageId: holdout?.imageId ?? '', groupKey: 'g', eventAt: new Date() } });
  await world.reviews.setVisibility({ projectId, imageId: hidden?.imageId ?? '', hidden: true, reason: 'person', by: 'ada' });
  await world.reviews.addGold({ projectId, imageIds: [gold?.imageId ?? ''], by: 'eve' });
  expect(await hunt(deps)).toMatchObject({ items: 1 });
  expect((await queue()).entries.map((each) => each.imageId)).toEqual([plain?.imageId]);
});

it('too few images dispute nothing', async () => {
  const { deps } = await clouds(1);
  expect(await hunt({ ...deps, datasets: { rows: async () => (await deps.datasets.rows('', '')).slice(0, 10) } })).toMatchObject({ outcome: 'skipped', looked: 0, items: 0 });
});
