import { PerennialError } from '../../domain/errors.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { Clock, Head, ModelRegistry, ObjectStore } from '../../domain/ports.ts';
import type { DatasetRow, DatasetVersions, EmbeddingFiller, EmbeddingReader, HeadTrainer, ModelFiles, ModelRecords, ModelVersion } from '../../domain/ports-models.ts';
import type { StepOutcome } from '../../contracts/workflows.ts';
import type { BackboneSource } from './backbone-source.ts';
import { registerRun, type RunReport } from './register-run.ts';

export interface TrainVersionDependencies {
  readonly records: ModelRecords;
  readonly datasets: DatasetVersions;
  readonly embeddings: EmbeddingReader;
  readonly filler: EmbeddingFiller;
  readonly trainer: HeadTrainer;
  readonly files: ModelFiles;
  readonly store: ObjectStore;
  readonly registry: ModelRegistry;
  readonly backbones: BackboneSource;
  readonly classes: (projectId: string) => Promise<{ id: string; classes: readonly ProjectClass[] }>;
  readonly report: RunReport;
  readonly clock: Clock;
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
  await fill(deps, request, everyRow, backbone, champion);
  request.onProgress(`fitting a head on ${rows.length} images`);
  const set = await gather(deps, request.projectId, rows, backbone);
  // An imported last layer was fitted to features of another scale than ours are.
  const previousHead = champion?.headKey == null || champion.kind === 'imported' || champion.backboneDigest !== backbone.weightsDigest ? null : deps.files.decodeHead(await deps.store.get(champion.headKey));
  const fitted = await deps.trainer.train({ ...set, classIds: classes.map((each) => each.classId), seed, previousHead, onProgress: request.onProgress });
  const dataset = await deps.datasets.byId(request.datasetVersionId);
  if (dataset === null) throw new PerennialError('DATASET_VERSION_NOT_FOUND');
  const artifact = deps.files.compose({
    backbone: backbone.bytes, head: fitted.head, classNames: classes.map((each) => each.name), preprocessing: backbone.preprocessing,
    notes: { 'perennial.dataset': dataset.rootDigest, 'perennial.run': run.id },
  });
  const headBytes = deps.files.encodeHead(fitted.head);
  const artifactSha256 = deps.files.sha256(artifact);
  const keys = { artifactKey: `projects/${request.projectId}/models/${artifactSha256}.onnx`, headKey: `projects/${request.projectId}/models/${artifactSha256}.head` };
  await Promise.all([deps.store.put(keys.artifactKey, artifact), deps.store.put(keys.headKey, headBytes)]);
  request.onProgress('registering the model version');
  const { version: mlflowVersion, runId } = await registerRun(deps, {
    ...request, run, dataset, artifact, preprocessing: backbone.preprocessing, classes, head: fitted.head, metrics: fitted.metrics, parameters: { ...fitted.parameters, seed: String(seed), images: String(set.n) },
    heldOut: await heldOutAnswers(deps, request, fitted.head, backbone),
  });
  const version = await deps.records.insertVersion({
    projectId: request.projectId, kind: request.kind, key: request.key, runId: run.id, datasetVersionId: request.datasetVersionId, classSetId,
    backboneDigest: backbone.weightsDigest, backboneKey: backbone.key, preprocessing: backbone.preprocessing, preprocessingDigest: backbone.preprocessingDigest,
    ...keys, artifactSha256, artifactBytes: artifact.byteLength, dimensions: fitted.head.dimensions, mlflowVersion,
  }, { id: run.id, mlflowRunId: runId, metrics: finite(fitted.metrics) });
  return { outcome: 'done', why: `model version ${version.number} learnt from ${set.n} images`, version };
}

const finite = (metrics: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));

type LoadedBackbone = Awaited<ReturnType<BackboneSource['of']>>;

/** Images that came while another model answered are embedded now, for the fit and for both contenders at the gate. */
async function fill(deps: TrainVersionDependencies, { projectId, onProgress }: TrainVersionRequest, rows: readonly DatasetRow[], backbone: LoadedBackbone, champion: ModelVersion | null): Promise<void> {
  await deps.filler.fill(projectId, rows, backbone, onProgress);
  const differs = champion !== null && (champion.backboneDigest !== backbone.weightsDigest || champion.preprocessingDigest !== backbone.preprocessingDigest);
  if (differs) await deps.filler.fill(projectId, rows.filter((row) => row.split === 'test'), await deps.backbones.own(champion), onProgress);
}

/** The embeddings of the rows as one matrix; images whose embedding is missing under this backbone are left out and counted by the caller's n. */
async function gather(deps: TrainVersionDependencies, projectId: string, rows: readonly DatasetRow[], backbone: LoadedBackbone) {
  const found = await deps.embeddings.load(projectId, rows.map((row) => row.imageId), backbone.weightsDigest, backbone.preprocessingDigest);
  const usable = rows.filter((row) => found.has(row.imageId));
  if (usable.length === 0) throw new PerennialError('TRAINING_INPUT_INVALID', 'No image of the dataset version has an embedding of the champion’s backbone.');
  const d = (found.get((usable[0] as DatasetRow).imageId) as Float32Array).length;
  const embeddings = new Float32Array(usable.length * d);
  usable.forEach((row, at) => embeddings.set(found.get(row.imageId) as Float32Array, at * d));
  return { embeddings, n: usable.length, d, labels: usable.map((row) => row.classId), groups: usable.map((row) => row.group) };
}

/** Embeddings and truths of the reference and audit holdouts, for the run's plots. */
async function heldOutAnswers(deps: TrainVersionDependencies, request: TrainVersionRequest, head: Head, backbone: LoadedBackbone) {
  const rows = (await deps.datasets.rows(request.projectId, request.datasetVersionId)).filter((row) => row.split === 'test');
  const found = await deps.embeddings.load(request.projectId, rows.map((row) => row.imageId), backbone.weightsDigest, backbone.preprocessingDigest);
  const known = rows.filter((row) => found.has(row.imageId));
  return { head, truths: known.map((row) => row.classId), embeddings: known.map((row) => found.get(row.imageId) as Float32Array) };
}
