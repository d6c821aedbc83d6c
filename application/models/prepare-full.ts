import type { FullOptions } from '../../contracts/training.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import { PerennialError } from '../../domain/errors.ts';
import { costOf } from '../../domain/flagging.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { DatasetRow, DatasetVersions, ModelInputViews, ModelRecords } from '../../domain/ports-models.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { BackboneSource, StoredBackbone } from './backbone-source.ts';

export interface PrepareFullDependencies {
  readonly records: ModelRecords;
  readonly datasets: DatasetVersions;
  readonly backbones: BackboneSource;
  readonly views: ModelInputViews;
  readonly store: ObjectStore;
  readonly classes: (projectId: string) => Promise<{ id: string; classes: readonly ProjectClass[] }>;
  readonly policy: (projectId: string) => Promise<Policy>;
}

export interface PrepareFullRequest {
  readonly projectId: string;
  readonly datasetVersionId: string;
  readonly reason: string;
  readonly key: string;
  readonly options: FullOptions;
  readonly workflowRunId: string | null;
  readonly onProgress: (sentence: string) => void;
}

export const jobFolder = (projectId: string, runId: string): string => `projects/${projectId}/trainer/${runId}`;

/**
 * Writes what a trainer needs of a dataset version into the store: the job, and a manifest of model-input views for each
 * preprocessing. A holdout image is in none of them.
 * @throws PerennialError TRAINING_TOO_FEW_CLASSES, TRAINING_INPUT_INVALID, BACKBONE_UNKNOWN, STORE_UNAVAILABLE
 */
export async function prepareFull(deps: PrepareFullDependencies, request: PrepareFullRequest): Promise<StepOutcome & { jobKey: string; runId: string }> {
  const { projectId, options } = request;
  const champion = await deps.records.champion(projectId);
  const backbones = await Promise.all(options.backbones.map(async (name) => ({ name, backbone: name === 'champion' ? await deps.backbones.of(champion) : await deps.backbones.named(name) })));
  const [{ classes }, policy] = [await deps.classes(projectId), await deps.policy(projectId)];
  const rows = (await deps.datasets.rows(projectId, request.datasetVersionId)).filter((row) => row.split !== 'test');
  if (new Set(rows.map((row) => row.classId)).size < 2) throw new PerennialError('TRAINING_TOO_FEW_CLASSES');
  const run = await deps.records.startRun({
    projectId, kind: 'full', key: request.key, datasetVersionId: request.datasetVersionId, reason: request.reason,
    parameters: { ...options, images: rows.length }, workflowRunId: request.workflowRunId,
  });
  const folder = jobFolder(projectId, run.id);
  const manifests = new Map<string, string>();
  for (const { backbone } of backbones) {
    const digest = backbone.preprocessingDigest;
    if (manifests.has(digest)) continue;
    const views = await deps.views.ensure(projectId, rows, backbone.preprocessing, digest, request.onProgress);
    const key = `${folder}/manifest-${digest.slice(0, 12)}.jsonl`;
    await deps.store.put(key, manifestOf(rows, views, classes, policy, backbone), 'application/x-ndjson');
    manifests.set(digest, key);
  }
  const candidates = backbones.flatMap(({ name, backbone }) => options.freezeShares.map((freezeShare) => ({
    name: options.freezeShares.length === 1 ? name : `${name}/frozen ${Math.round(freezeShare * 100)} %`,
    backbone: backbone.key, manifest: manifests.get(backbone.preprocessingDigest), freezeShare,
  })));
  const jobKey = `${folder}/job.json`;
  await deps.store.put(jobKey, new TextEncoder().encode(JSON.stringify({ output: `${folder}/out`, recipe: options.recipe, minutes: options.minutes, candidates })), 'application/json');
  return { outcome: 'done', why: `${rows.length} images for ${candidates.length} ${candidates.length === 1 ? 'candidate' : 'candidates'}`, jobKey, runId: run.id };
}

function manifestOf(rows: readonly DatasetRow[], views: ReadonlyMap<string, { key: string; sha256: string }>, classes: readonly ProjectClass[], policy: Policy, backbone: StoredBackbone): Uint8Array {
  const place = new Map(classes.map(({ classId }, at) => [classId, at]));
  // Missing a class costs what its dearest wrong answer costs.
  const missCost = (truth: number): number => Math.max(...classes.filter(({ classId }) => classId !== truth).map(({ classId }) => costOf(policy.costs, truth, classId)), 0.01);
  const head = { kind: 'training-manifest', version: 1, preprocessing: backbone.preprocessing, classes: classes.map(({ classId, name }) => ({ classId, name, missCost: missCost(classId) })) };
  const lines = rows.flatMap((row) => {
    const view = views.get(row.imageId);
    return view === undefined || !place.has(row.classId) ? [] : [{ imageId: row.imageId, view: view.key, sha256: view.sha256, class: place.get(row.classId), group: row.group }];
  });
  if (lines.length === 0) throw new PerennialError('TRAINING_INPUT_INVALID', 'No image of the dataset version can be read any more.');
  return new TextEncoder().encode(`${[head, ...lines].map((each) => JSON.stringify(each)).join('\n')}\n`);
}
