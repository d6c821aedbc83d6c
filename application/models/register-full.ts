import { trainedHeadSchema, type TrainingResult, trainingResultSchema } from '../../contracts/training.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Head } from '../../domain/ports.ts';
import type { ArrivalReader, DatasetRow, HeadTrainer } from '../../domain/ports-models.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { backboneKey, type StoredBackbone } from './backbone-source.ts';
import { fillEmbeddings, keepVersion, type KeepVersionDependencies } from './keep-version.ts';
import { gather, type TrainVersionReply } from './train-version.ts';

export interface RegisterFullDependencies extends KeepVersionDependencies {
  readonly arrivals: ArrivalReader;
  readonly trainer: HeadTrainer;
  readonly classes: (projectId: string) => Promise<{ id: string; classes: readonly ProjectClass[] }>;
}

export interface RegisterFullRequest {
  readonly projectId: string;
  readonly projectSlug: string;
  readonly datasetVersionId: string;
  readonly reason: string;
  readonly key: string;
  readonly runId: string;
  readonly resultKey: string;
  readonly onProgress: (sentence: string) => void;
}

/**
 * Makes a model version of what a trainer left in the store: its network becomes a backbone like any other, its head goes
 * on top (or one is fitted here where the trainer gave none), and the dataset's embeddings are computed anew, so that the
 * gate and the next light retrain have them.
 * @throws PerennialError TRAINING_FAILED for a result that does not hold together, MODEL_FILE_INVALID, REGISTRY_UNAVAILABLE, STORE_UNAVAILABLE
 */
export async function registerFull(deps: RegisterFullDependencies, request: RegisterFullRequest): Promise<TrainVersionReply> {
  const { projectId } = request;
  const existing = await deps.records.versionByKey(projectId, request.key);
  if (existing !== null) return { outcome: 'done', why: `model version ${existing.number} was made by an earlier try`, version: existing };
  const run = await deps.records.runById(request.runId);
  if (run === null || run.projectId !== projectId) throw new PerennialError('TRAINING_FAILED', 'The run of the training result is not known.');
  const result = readResult(await deps.store.get(request.resultKey), folderOf(request.resultKey));
  const backbone = await keepBackbone(deps, result);
  const { id: classSetId, classes } = await deps.classes(projectId);
  const rows = await deps.datasets.rows(projectId, request.datasetVersionId);
  await fillEmbeddings(deps, request, rows, backbone, await deps.records.champion(projectId));
  const head = result.head === null ? await fitHead(deps, request, rows, backbone, classes) : readHead(await deps.store.get(result.head), classes);
  const version = await keepVersion(deps, {
    ...request, kind: 'full', run, classSetId, classes, backbone, head, metrics: { ...result.metrics, training_seconds_total: result.seconds },
    parameters: { winner: result.winner, head_only: String(result.headOnly), candidates: String(result.table.length), temperature: head.temperature.toFixed(4) },
    history: result.history,
    reports: [{ path: 'training/candidates.json', bytes: new TextEncoder().encode(JSON.stringify(result.table, null, 1)), mediaType: 'application/json' }],
  });
  return { outcome: 'done', why: `model version ${version.number}: ${result.winner} of ${result.table.length} candidates in ${Math.round(result.seconds)} s`, version };
}

/** Keys of a result must lie in its own folder: a trainer names its files, it does not choose among ours. */
function readResult(bytes: Uint8Array, folder: string): TrainingResult {
  const parsed = trainingResultSchema.safeParse(jsonOf(bytes));
  if (!parsed.success) throw new PerennialError('TRAINING_FAILED', `The trainer’s result does not hold together: ${parsed.error.issues[0]?.path.join('.')}.`);
  const outside = [parsed.data.model, parsed.data.head].find((key) => key !== null && (!key.startsWith(folder) || key.includes('..')));
  if (outside !== undefined) throw new PerennialError('TRAINING_FAILED', 'The trainer’s result names a file outside its folder.');
  return parsed.data;
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

async function keepBackbone({ store, files }: RegisterFullDependencies, result: TrainingResult): Promise<StoredBackbone> {
  const bytes = await store.get(result.model);
  if (files.sha256(bytes) !== result.sha256) throw new PerennialError('TRAINING_FAILED', 'The trainer’s model does not have the hash that its result gives.');
  const facts = files.facts(bytes);
  if (facts.embedding === 'logits') throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The trainer’s model has no output named embedding.');
  const key = backboneKey(facts);
  await store.putIfAbsent(key, bytes);
  return { bytes, key, ...facts };
}

/** @throws PerennialError TRAINING_FAILED where sizes or values do not hold together */
export function readHead(bytes: Uint8Array, classes: readonly ProjectClass[]): Head {
  const parsed = trainedHeadSchema.safeParse(jsonOf(bytes));
  if (!parsed.success) throw new PerennialError('TRAINING_FAILED', 'The trainer’s head cannot be read.');
  const { dimensions, temperature, normalise } = parsed.data;
  const [weights, bias] = [floatsOf(parsed.data.weights), floatsOf(parsed.data.bias)];
  const centroids = parsed.data.centroids === null ? null : floatsOf(parsed.data.centroids);
  const fits = bias.length === classes.length && weights.length === classes.length * dimensions && (centroids === null || centroids.length === weights.length);
  const finite = [weights, bias, centroids ?? []].every((values) => values.every((each) => Number.isFinite(each)));
  if (!fits || !finite) throw new PerennialError('TRAINING_FAILED', 'The trainer’s head does not fit the classes, or holds values that are not numbers.');
  return { classIds: classes.map(({ classId }) => classId), dimensions, weights, bias, temperature, normalise, centroids };
}

function floatsOf(base64: string): Float32Array {
  const binary = atob(base64);
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}

async function fitHead(deps: RegisterFullDependencies, request: RegisterFullRequest, rows: readonly DatasetRow[], backbone: StoredBackbone, classes: readonly ProjectClass[]): Promise<Head> {
  const set = await gather(deps, request, rows.filter((row) => row.split !== 'test'), backbone);
  return (await deps.trainer.train({ ...set, classIds: classes.map((each) => each.classId), seed: 20261124, previousHead: null, onProgress: request.onProgress })).head;
}
