import { PerennialError } from '../../domain/errors.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { labelWeights } from '../../domain/label-weights.ts';
import type { ArrivalReader, DatasetRow, HeadTrainer, ModelVersion, Run } from '../../domain/ports-models.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import type { BackboneSource } from './backbone-source.ts';
import { fillEmbeddings, keepVersion, type KeepVersionDependencies } from './keep-version.ts';

export interface TrainVersionDependencies extends KeepVersionDependencies {
  readonly trainer: HeadTrainer;
  readonly arrivals: ArrivalReader;
  readonly classes: (projectId: string) => Promise<{ id: string; classes: readonly ProjectClass[] }>;
}

export interface TrainVersionRequest {
  readonly projectId: string;
  readonly projectSlug: string;
  readonly kind: 'cold_start' | 'light';
  readonly datasetVersionId: string;
  readonly reason: string;
  /** The same key makes the same model version once. */
  readonly key: string;
  readonly workflowRunId: string | null;
  readonly onProgress: (sentence: string) => void;
  /** Whether a failure ends it: then the run is recorded as failed. One that is tried again goes on in the same run. */
  readonly isOver?: (error: unknown) => boolean;
}

export type TrainVersionReply = StepOutcome & { readonly version: ModelVersion | null };

/** Seed of every light retrain: the same dataset version and start give the same bytes. */
const seed = 20261124;

/**
 * Fits a head on the cached embeddings of a dataset version, makes one self-contained model of it, and registers it.
 * A holdout image never trains: rows of the split `test` are left out here, whatever the manifest's origin.
 * @throws PerennialError TRAINING_TOO_FEW_CLASSES, TRAINING_INPUT_INVALID, REGISTRY_UNAVAILABLE, STORE_UNAVAILABLE
 */
export async function trainVersion(deps: TrainVersionDependencies, request: TrainVersionRequest): Promise<TrainVersionReply> {
  const existing = await deps.records.versionByKey(request.projectId, request.key);
  if (existing !== null) return { outcome: 'done', why: `model version ${existing.number} was made by an earlier try`, version: existing };
  const champion = await deps.records.champion(request.projectId);
  const backbone = await deps.backbones.of(champion);
  const { id: classSetId, classes } = await deps.classes(request.projectId);
  const everyRow = await deps.datasets.rows(request.projectId, request.datasetVersionId);
  const rows = everyRow.filter((row) => row.split !== 'test');
  const run = await deps.records.startRun({
    projectId: request.projectId, kind: request.kind, key: request.key, datasetVersionId: request.datasetVersionId, reason: request.reason,
    parameters: { seed, images: rows.length, backbone: backbone.weightsDigest }, workflowRunId: request.workflowRunId,
  });
  try {
    return await fit(deps, request, { run, classSetId, classes, champion, backbone, everyRow, rows });
  } catch (error) {
    if (request.isOver?.(error) === true) await deps.records.failRun(run.id, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

interface Fitting {
  readonly run: Run;
  readonly classSetId: string;
  readonly classes: readonly ProjectClass[];
  readonly champion: ModelVersion | null;
  readonly backbone: LoadedBackbone;
  readonly everyRow: readonly DatasetRow[];
  readonly rows: readonly DatasetRow[];
}

async function fit(deps: TrainVersionDependencies, request: TrainVersionRequest, { run, classSetId, classes, champion, backbone, everyRow, rows }: Fitting): Promise<TrainVersionReply> {
  await fillEmbeddings(deps, request, everyRow, backbone, champion);
  request.onProgress(`fitting a head on ${rows.length} images`);
  const set = await gather(deps, request, rows, backbone);
  // An imported last layer was fitted to features of another scale than ours are.
  const previousHead = champion?.headKey == null || champion.kind === 'imported' || champion.backboneDigest !== backbone.weightsDigest ? null : deps.files.decodeHead(await deps.store.get(champion.headKey));
  const fitted = await deps.trainer.train({ ...set, classIds: classes.map((each) => each.classId), seed, previousHead, onProgress: request.onProgress });
  const version = await keepVersion(deps, {
    ...request, run, classSetId, classes, backbone, head: fitted.head, metrics: fitted.metrics, parameters: { ...fitted.parameters, seed: String(seed), images: String(set.n) },
  });
  return { outcome: 'done', why: `model version ${version.number} learnt from ${set.n} images`, version };
}

type LoadedBackbone = Awaited<ReturnType<BackboneSource['of']>>;

/** The embeddings of the rows as one matrix, and how much each label counts; images whose embedding is missing under this backbone are left out and counted by the caller's n. */
export async function gather(
  deps: Pick<TrainVersionDependencies, 'embeddings' | 'arrivals' | 'datasets'>, { projectId, datasetVersionId }: Pick<TrainVersionRequest, 'projectId' | 'datasetVersionId'>, rows: readonly DatasetRow[], backbone: LoadedBackbone,
) {
  const dataset = await deps.datasets.byId(datasetVersionId);
  if (dataset === null) throw new PerennialError('DATASET_VERSION_NOT_FOUND');
  const found = await deps.embeddings.load(projectId, rows.map((row) => row.imageId), backbone.weightsDigest, backbone.preprocessingDigest);
  const usable = rows.filter((row) => found.has(row.imageId));
  if (usable.length === 0) throw new PerennialError('TRAINING_INPUT_INVALID', 'No image of the dataset version has an embedding of the champion’s backbone.');
  const d = (found.get((usable[0] as DatasetRow).imageId) as Float32Array).length;
  const embeddings = new Float32Array(usable.length * d);
  usable.forEach((row, at) => embeddings.set(found.get(row.imageId) as Float32Array, at * d));
  const imageIds = usable.map((row) => row.imageId);
  const sampleWeights = labelWeights(imageIds, await deps.arrivals.windows(projectId, imageIds, dataset.labelsUntil ?? dataset.createdAt));
  return { embeddings, n: usable.length, d, labels: usable.map((row) => row.classId), groups: usable.map((row) => row.group), sampleWeights };
}
