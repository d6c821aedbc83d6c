import type { StepOutcome } from '../../contracts/workflows.ts';
import { costOfDispute } from '../../domain/adjudication.ts';
import { shareOf } from '../../domain/splits.ts';
import { disputedLabels } from '../../domain/label-disputes.ts';
import type { Policy } from '../../domain/policy.ts';
import type { DatasetRow, DatasetVersions, EmbeddingReader, ModelRecords } from '../../domain/ports-models.ts';
import type { DisputeRecords } from '../../domain/ports-review.ts';
import type { ProjectClass } from '../../domain/prediction.ts';

export interface HuntDependencies {
  readonly records: Pick<ModelRecords, 'versions' | 'versionById'>;
  readonly datasets: Pick<DatasetVersions, 'rows'>;
  readonly embeddings: EmbeddingReader;
  readonly reviews: DisputeRecords;
  readonly project: (projectId: string) => Promise<{ policy: Policy; classes: readonly ProjectClass[] }>;
  /** n × classes: what heads say of images that they were not fitted on; all 0 in rows of images that never were held out. */
  readonly heldOut: (input: { embeddings: Float32Array; n: number; d: number; labels: readonly number[]; groups: readonly string[]; classIds: readonly number[] }) => Promise<{ probabilities: Float32Array; heldOut: readonly boolean[] }>;
}

/** More images than this are not looked at in one hunt: a fit a fold over them takes minutes. Which ones is left to a hash of version and image. */
const imagesMax = 20_000;
/** Fewer images than this say too little of what a model usually says. */
const imagesMin = 20;

export type HuntReply = StepOutcome & { readonly looked: number; readonly disputed: number; readonly items: number };

/**
 * After a retrain: labels that the data itself disputes most strongly go to an adjudicator, under the version that was made of it. Holdout
 * images are never among them: a model must not choose which of its own examination's answers are looked at again.
 */
export async function huntLabelErrors(deps: HuntDependencies, request: { projectId: string; versionId: string | null; itemsMax: number }): Promise<HuntReply> {
  const { projectId, itemsMax } = request;
  const nothing = (why: string): HuntReply => ({ outcome: 'skipped', why, looked: 0, disputed: 0, items: 0 });
  const version = request.versionId === null ? (await deps.records.versions(projectId, 1))[0] : await deps.records.versionById(request.versionId);
  if (version == null || version.projectId !== projectId || version.datasetVersionId === null || version.backboneDigest === null || version.preprocessingDigest === null) return nothing('no model version that was made of labels');
  const { policy, classes } = await deps.project(projectId);
  const classIds = classes.map((each) => each.classId);
  const rows = sampleOf((await deps.datasets.rows(projectId, version.datasetVersionId)).filter((row) => row.split !== 'test' && classIds.includes(row.classId)), version.id);
  const found = await deps.embeddings.load(projectId, rows.map((row) => row.imageId), version.backboneDigest, version.preprocessingDigest);
  const usable = rows.filter((row) => found.has(row.imageId));
  const standing = await deps.reviews.labelsStanding(projectId, usable.map((row) => row.imageId));
  if (usable.length < imagesMin || new Set(usable.map((row) => row.classId)).size < 2) return nothing(`${usable.length} images are too few to dispute a label`);
  const d = (found.get(usable[0]?.imageId ?? '') as Float32Array).length;
  const embeddings = new Float32Array(usable.length * d);
  usable.forEach((row, at) => embeddings.set(found.get(row.imageId) as Float32Array, at * d));
  const { probabilities, heldOut } = await deps.heldOut({ embeddings, n: usable.length, d, labels: usable.map((row) => row.classId), groups: usable.map((row) => row.group), classIds });
  const answers = usable.flatMap((row, at) => {
    const labelId = standing.get(row.imageId);
    return heldOut[at] !== true || labelId === undefined ? [] : [{ labelId, imageId: row.imageId, classId: row.classId, probabilities: probabilities.subarray(at * classIds.length, (at + 1) * classIds.length) }];
  });
  const disputes = disputedLabels(answers, classIds);
  const worst = disputes.slice(0, itemsMax).map((each) => ({ ...each, cost: costOfDispute(policy.costs, each.labelled, each) }));
  const items = await deps.reviews.dispute({ projectId, modelVersionId: version.id, disputes: worst });
  return { outcome: items > 0 ? 'done' : 'skipped', why: `${disputes.length} of ${answers.length} labels are disputed; ${items} go to an adjudicator`, looked: answers.length, disputed: disputes.length, items };
}

/** Whole groups, so that a burst is not parted. */
function sampleOf(rows: readonly DatasetRow[], versionId: string): readonly DatasetRow[] {
  return rows.length <= imagesMax ? rows : rows.filter((row) => shareOf(`${versionId}/${row.group}`) < imagesMax / rows.length);
}
