import type { TryReply } from '../../contracts/predictions.ts';
import type { ImageReader } from '../../domain/ports.ts';
import type { ModelPool } from '../../domain/ports-predictions.ts';
import { classesOf, figuresOf, topOf } from './figures.ts';

/** Asks a model version about an image and leaves no trace. @throws PerennialError IMAGE_…, MODEL_VERSION_NOT_FOUND, PROJECT_HAS_NO_MODEL */
export async function tryImage(
  deps: { pool: ModelPool; images: ImageReader },
  request: { projectSlug: string; bytes: Uint8Array; modelVersion: number | undefined; embedding: boolean; signal?: AbortSignal },
): Promise<TryReply> {
  const project = await deps.pool.project(request.projectSlug);
  const model = request.modelVersion === undefined ? await deps.pool.champion(project.id) : await deps.pool.version(project.id, request.modelVersion);
  const input = await deps.images.modelInput(request.bytes, model.backbone.preprocessing);
  const { embedding } = await deps.pool.embed(model.backbone, input, request.signal);
  const figures = figuresOf(model, embedding, project.policy.costs);
  const classes = classesOf(project, model.head.classIds, figures.probabilities);
  const { id, number, kind } = model.version;
  return {
    modelVersion: { id, number, kind }, classes, top: topOf(classes, figures.topClassId), confidence: figures.confidence,
    margin: figures.margin, novelty: figures.novelty, ...(request.embedding && { embedding: [...embedding] }),
  };
}
