import { PerennialError } from '../../domain/errors.ts';
import { type BroughtModel, type ImportSpecification, type ModelImporter, rowsForClasses } from '../../domain/model-import.ts';
import type { ImportRecords } from '../../domain/ports-imports.ts';
import type { Clock, ObjectStore } from '../../domain/ports.ts';
import type { ModelFiles, ModelVersion } from '../../domain/ports-models.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { promoteVersion, type PromoteVersionDependencies } from './promote-version.ts';

export interface ImportModelDependencies extends PromoteVersionDependencies {
  readonly imports: ImportRecords;
  readonly importer: ModelImporter;
  readonly files: Pick<ModelFiles, 'encodeHead' | 'sha256'>;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly classes: (projectId: string) => Promise<{ id: string; classes: readonly ProjectClass[] }>;
}

export interface ImportModelRequest {
  readonly projectId: string;
  readonly bytes: Uint8Array;
  /** Of the bytes. */
  readonly sha256: string;
  readonly fileName: string | null;
  readonly specification: ImportSpecification;
  /** From the model's class names to the project's, where they differ. */
  readonly renamed: Readonly<Record<string, string>>;
  /** `if_first` makes it the champion where there is none yet; `no` leaves that to a person or the gate. */
  readonly promote: 'if_first' | 'no';
  readonly by: { readonly id: string; readonly name: string };
  readonly key: string;
}

export interface ImportModelReply {
  readonly version: ModelVersion;
  readonly becameChampion: boolean;
  readonly embedding: BroughtModel['embedding'];
  readonly remarks: readonly string[];
  /** Median of one image alone during the trial. */
  readonly millisecondsPerImage: number;
}

/** Why a first champion needed no gate; it stands in the promotion's record. */
const firstReason = 'the first model version of the project, imported; there was no champion to meet at a gate';

/**
 * Takes in a model made elsewhere: tried, stored under the hash of its bytes, recorded with who and when, and champion at
 * once where the project has none. The registry hears of it from the worker. The same key again gives the same version.
 * @throws PerennialError any code that starts with MODEL_, IDEMPOTENCY_KEY_REUSED, STORE_UNAVAILABLE
 */
export async function importModel(deps: ImportModelDependencies, request: ImportModelRequest): Promise<ImportModelReply> {
  const { projectId, sha256, specification, renamed } = request;
  const requestDigest = deps.files.sha256(new TextEncoder().encode(JSON.stringify([sha256, specification, renamed])));
  const known = await deps.imports.byKey(projectId, request.key);
  if (known !== null && known.requestDigest !== requestDigest) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
  const imported = known ?? await takeIn(deps, request, requestDigest);
  const becameChampion = request.promote === 'if_first' && await promoteFirst(deps, request, imported.version);
  const { parameters, metrics } = imported;
  return {
    version: imported.version, becameChampion, embedding: parameters['embedding'] === 'logits' ? 'logits' : 'features',
    remarks: (parameters['remarks'] ?? []) as readonly string[], millisecondsPerImage: metrics['milliseconds_per_image'] ?? 0,
  };
}

async function takeIn(deps: ImportModelDependencies, request: ImportModelRequest, requestDigest: string): Promise<{ version: ModelVersion; parameters: Record<string, unknown>; metrics: Record<string, number> }> {
  const { projectId, bytes, sha256, specification, renamed, by, fileName } = request;
  const startedAt = deps.clock.now();
  const { id: classSetId, classes } = await deps.classes(projectId);
  if (new Set(specification.classNames).size !== specification.classNames.length) throw new PerennialError('MODEL_CLASSES_MISMATCH', 'A class name of the model stands twice.');
  const model = await deps.importer.bring(bytes, specification, classes, rowsForClasses(specification.classNames, classes, renamed));
  const at = (kind: string, hash: string, ending: string): string => `projects/${projectId}/${kind}/${hash}.${ending}`;
  const keys = { backboneKey: at('backbones', model.backbone.sha256, 'onnx'), artifactKey: at('models', model.artifact.sha256, 'onnx'), headKey: at('models', model.artifact.sha256, 'head') };
  await Promise.all([
    deps.store.putIfAbsent(at('imports', sha256, 'onnx'), bytes), deps.store.putIfAbsent(keys.backboneKey, model.backbone.bytes),
    deps.store.putIfAbsent(keys.artifactKey, model.artifact.bytes), deps.store.putIfAbsent(keys.headKey, deps.files.encodeHead(model.head)),
  ]);
  const { embedding, batch, remarks, measured } = model;
  const parameters = { requestDigest, sha256, byteSize: bytes.byteLength, fileName, specification, renamed, embedding, batch, remarks, classes: classes.length };
  const metrics = { milliseconds_per_image: measured.millisecondsPerImage, peak_memory_bytes: measured.peakMemoryBytes };
  const version = await deps.imports.insert({
    version: {
      projectId, key: request.key, classSetId, backboneDigest: model.weightsDigest, preprocessing: model.preprocessing, preprocessingDigest: model.preprocessingDigest,
      ...keys, artifactSha256: model.artifact.sha256, artifactBytes: model.artifact.bytes.byteLength, dimensions: model.head.dimensions,
    },
    reason: `imported by ${by.name}${fileName === null ? '' : ` from ${fileName}`}`, parameters, metrics, startedAt, by: by.id,
  });
  return { version, parameters, metrics };
}

/** Whether this version became the project's first champion, now or by an earlier try. */
async function promoteFirst(deps: ImportModelDependencies, { projectId, by, key }: ImportModelRequest, version: ModelVersion): Promise<boolean> {
  const champion = await deps.records.champion(projectId);
  if (champion !== null) return champion.id === version.id;
  try {
    await promoteVersion(deps, { projectId, toId: version.id, expectFromId: null, gateReportId: null, onCannotTell: false, reason: firstReason, decidedBy: by.name, key });
    return true;
  } catch (error) {
    // Another became the first meanwhile: this one is a version like any other.
    if (error instanceof PerennialError && error.code === 'PROMOTION_CONFLICT') return false;
    throw error;
  }
}
