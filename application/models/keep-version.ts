import { PerennialError } from '../../domain/errors.ts';
import type { Clock, Head, ModelRegistry, ObjectStore } from '../../domain/ports.ts';
import type { DatasetRow, DatasetVersions, EmbeddingFiller, EmbeddingReader, ModelFiles, ModelRecords, ModelVersion, Run } from '../../domain/ports-models.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { checkHead } from '../../domain/shadow.ts';
import type { BackboneSource, StoredBackbone } from './backbone-source.ts';
import { registerRun, type RunReport } from './register-run.ts';

export interface KeepVersionDependencies {
  readonly records: ModelRecords;
  readonly datasets: DatasetVersions;
  readonly embeddings: EmbeddingReader;
  readonly filler: EmbeddingFiller;
  readonly files: ModelFiles;
  readonly store: ObjectStore;
  readonly registry: ModelRegistry;
  readonly backbones: BackboneSource;
  readonly report: RunReport;
  readonly clock: Clock;
}

interface Made {
  readonly projectId: string;
  readonly projectSlug: string;
  readonly kind: 'cold_start' | 'light' | 'full';
  readonly datasetVersionId: string;
  readonly reason: string;
  readonly key: string;
  readonly onProgress: (sentence: string) => void;
  readonly run: Run;
  readonly classSetId: string;
  readonly classes: readonly ProjectClass[];
  readonly backbone: StoredBackbone;
  readonly head: Head;
  readonly metrics: Record<string, number>;
  readonly parameters: Record<string, string>;
  /** Figures of each epoch, in order. */
  readonly history?: readonly Readonly<Record<string, number>>[];
  /** Further files to stand beside the run. */
  readonly reports?: readonly { path: string; bytes: Uint8Array; mediaType: string }[];
}

/** Stores a head and its backbone as one artifact, writes the run to MLflow, and makes the model version of it: object first, then row. @throws PerennialError MODEL_OUTPUT_NOT_FINITE for a head that holds what is no number */
export async function keepVersion(deps: KeepVersionDependencies, made: Made): Promise<ModelVersion> {
  const { projectId, run, backbone, head, classes } = made;
  const dataset = await deps.datasets.byId(made.datasetVersionId);
  if (dataset === null) throw new PerennialError('DATASET_VERSION_NOT_FOUND');
  checkHead(head);
  const artifact = deps.files.compose({
    backbone: backbone.bytes, head, classNames: classes.map((each) => each.name), preprocessing: backbone.preprocessing,
    notes: { 'perennial.dataset': dataset.rootDigest, 'perennial.run': run.id },
  });
  const artifactSha256 = deps.files.sha256(artifact);
  const keys = { artifactKey: `projects/${projectId}/models/${artifactSha256}.onnx`, headKey: `projects/${projectId}/models/${artifactSha256}.head` };
  await Promise.all([deps.store.put(keys.artifactKey, artifact), deps.store.put(keys.headKey, deps.files.encodeHead(head))]);
  made.onProgress('registering the model version');
  const { version: mlflowVersion, runId } = await registerRun(deps, { ...made, dataset, artifact, preprocessing: backbone.preprocessing, heldOut: await heldOutAnswers(deps, made) });
  return deps.records.insertVersion({
    projectId, kind: made.kind, key: made.key, runId: run.id, datasetVersionId: made.datasetVersionId, classSetId: made.classSetId,
    backboneDigest: backbone.weightsDigest, backboneKey: backbone.key, preprocessing: backbone.preprocessing, preprocessingDigest: backbone.preprocessingDigest,
    ...keys, artifactSha256, artifactBytes: artifact.byteLength, dimensions: head.dimensions, mlflowVersion,
  }, { id: run.id, mlflowRunId: runId, metrics: finite(made.metrics) });
}

const finite = (metrics: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));

/** Images that came while another model answered are embedded now, for the fit and for both contenders at the gate. */
export async function fillEmbeddings(
  deps: Pick<KeepVersionDependencies, 'filler' | 'backbones'>, { projectId, onProgress }: Pick<Made, 'projectId' | 'onProgress'>, rows: readonly DatasetRow[], backbone: StoredBackbone, champion: ModelVersion | null,
): Promise<void> {
  await deps.filler.fill(projectId, rows, backbone, onProgress);
  const differs = champion !== null && (champion.backboneDigest !== backbone.weightsDigest || champion.preprocessingDigest !== backbone.preprocessingDigest);
  if (differs) await deps.filler.fill(projectId, rows.filter((row) => row.split === 'test'), await deps.backbones.own(champion), onProgress);
}

/** Embeddings and truths of the reference and audit holdouts, for the run's plots. */
async function heldOutAnswers(deps: Pick<KeepVersionDependencies, 'datasets' | 'embeddings'>, { projectId, datasetVersionId, head, backbone }: Made) {
  const rows = (await deps.datasets.rows(projectId, datasetVersionId)).filter((row) => row.split === 'test');
  const found = await deps.embeddings.load(projectId, rows.map((row) => row.imageId), backbone.weightsDigest, backbone.preprocessingDigest);
  const known = rows.filter((row) => found.has(row.imageId));
  return { head, truths: known.map((row) => row.classId), embeddings: known.map((row) => found.get(row.imageId) as Float32Array) };
}
