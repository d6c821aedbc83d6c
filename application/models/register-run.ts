import type { ProjectClass } from '../../domain/prediction.ts';
import type { Clock, Head, ModelRegistry } from '../../domain/ports.ts';
import type { Run } from '../../domain/ports-models.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';

export interface HeldOutAnswers {
  readonly head: Head;
  readonly truths: readonly number[];
  readonly embeddings: readonly Float32Array[];
}

/** Makes the files that stand beside a run: plots and the data they show. */
export type RunReport = (input: { heldOut: HeldOutAnswers; classes: readonly ProjectClass[] }) => Promise<readonly { path: string; bytes: Uint8Array; mediaType: string }[]>;

export interface RegisterRunInput {
  readonly projectSlug: string;
  readonly kind: string;
  readonly reason: string;
  readonly key: string;
  readonly run: Run;
  readonly dataset: { id: string; number: number; rootDigest: string; imageCount: number };
  readonly artifact: Uint8Array;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly ProjectClass[];
  readonly head: Head;
  readonly metrics: Record<string, number>;
  readonly parameters: Record<string, string>;
  readonly heldOut: HeldOutAnswers;
  /** Figures of each epoch, in order. */
  readonly history?: readonly Readonly<Record<string, number>>[];
  /** Further files to stand beside the run. */
  readonly reports?: readonly { path: string; bytes: Uint8Array; mediaType: string }[];
}

/** The registered model of a project in MLflow. */
export const registeredModelOf = (projectSlug: string): string => `perennial-${projectSlug}`;

/**
 * Writes a run to MLflow: parameters, metrics, dataset, plots, lineage tags and the model in MLflow's own layout.
 * A second try after a crash finds the registered version by its key.
 * @throws PerennialError REGISTRY_UNAVAILABLE
 */
export async function registerRun(deps: { registry: ModelRegistry; report: RunReport; clock: Clock }, input: RegisterRunInput): Promise<{ version: string; runId: string }> {
  const { registry } = deps;
  const model = registeredModelOf(input.projectSlug);
  await registry.ensureModel(model);
  const tags = {
    'perennial.run': input.run.id,
    'perennial.key': input.key,
    'perennial.dataset_version': String(input.dataset.number),
    'perennial.dataset_digest': input.dataset.rootDigest,
    'perennial.kind': input.kind,
    'perennial.reason': input.reason,
  };
  const { runId } = input.run.mlflowRunId === null
    ? await registry.startRun({ experiment: model, name: `${input.kind}-${input.dataset.number}`, tags, startedAt: input.run.startedAt })
    : { runId: input.run.mlflowRunId };
  const metrics = Object.fromEntries(Object.entries(input.metrics).filter(([, value]) => Number.isFinite(value)));
  await registry.logRun(runId, { parameters: input.parameters, metrics });
  for (const [step, figures] of (input.history ?? []).entries()) {
    await registry.logRun(runId, { step, metrics: Object.fromEntries(Object.entries(figures).map(([name, value]) => [`epoch_${name}`, value])) });
  }
  await registry.logDataset(runId, {
    name: `${input.projectSlug}-v${input.dataset.number}`, digest: input.dataset.rootDigest.slice(0, 36), source: `perennial:dataset/${input.dataset.id}`,
    profile: JSON.stringify({ images: input.dataset.imageCount }),
  });
  for (const file of [...(await deps.report(input)), ...(input.reports ?? [])]) await registry.putArtifact(runId, file.path, file.bytes, file.mediaType);
  const { width, height } = input.preprocessing;
  const classes = input.classes.length;
  const { version } = await registry.registerVersion({
    model, runId, key: input.key, onnx: input.artifact,
    input: { name: 'image', shape: [-1, 3, height, width] },
    outputs: [{ name: 'probabilities', shape: [-1, classes] }, { name: 'logits', shape: [-1, classes] }, { name: 'embedding', shape: [-1, input.head.dimensions] }],
    tags, inputExample: new Float32Array(3 * height * width),
  });
  await registry.endRun(runId, 'FINISHED', deps.clock.now());
  return { version, runId };
}
