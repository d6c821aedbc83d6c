import { nearestRows, type UnitRows, unitRows } from '../../domain/nearest.ts';
import type { EmbeddingReader } from '../../domain/ports-models.ts';
import type { EvidenceRecords } from '../../domain/ports-review.ts';

/** Labelled images compared with; newest first, the same number of each class. 6,000 of 1,280 figures are 30 MB. */
const imagesMax = 6_000;
/** How old the sample may be: a new label is among the neighbours after this. */
const freshMs = 5 * 60_000;
/** Samples kept, of one project and backbone each. */
const samplesMax = 3;

export interface NeighboursDependencies {
  readonly reviews: Pick<EvidenceRecords, 'labelledSample' | 'labelCounts'>;
  readonly embeddings: EmbeddingReader;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

export interface Neighbour { readonly imageId: string; readonly classId: number; readonly similarity: number }
export type NeighboursOf = (request: { projectId: string; imageId: string; weightsDigest: string; preprocessingDigest: string; count: number }) => Promise<{ neighbours: readonly Neighbour[]; missing: 'no_embedding' | 'no_labels' | null }>;

interface Sample { readonly madeAt: number; readonly images: readonly { imageId: string; classId: number }[]; readonly rows: UnitRows }

/** Finds the labelled images nearest in embedding, over a sample that is kept in memory for a while. */
export function createNeighbours(deps: NeighboursDependencies): NeighboursOf {
  const samples = new Map<string, Promise<Sample>>();

  async function read(projectId: string, weightsDigest: string, preprocessingDigest: string): Promise<Sample> {
    const classes = (await deps.reviews.labelCounts(projectId)).length;
    const labelled = await deps.reviews.labelledSample(projectId, Math.ceil(imagesMax / Math.max(1, classes)));
    const found = await deps.embeddings.load(projectId, labelled.map((each) => each.imageId), weightsDigest, preprocessingDigest);
    const images = labelled.filter((each) => found.has(each.imageId));
    return { madeAt: deps.now(), images, rows: unitRows(images.map((each) => found.get(each.imageId) as Float32Array)) };
  }

  async function sampleOf(projectId: string, weightsDigest: string, preprocessingDigest: string): Promise<Sample> {
    const name = `${projectId}/${weightsDigest}/${preprocessingDigest}`;
    const known = await samples.get(name)?.catch(() => undefined);
    if (known !== undefined && deps.now() - known.madeAt < freshMs) return known;
    const made = read(projectId, weightsDigest, preprocessingDigest);
    samples.delete(name);
    samples.set(name, made);
    for (const oldest of [...samples.keys()].slice(0, Math.max(0, samples.size - samplesMax))) samples.delete(oldest);
    return made.catch((error: unknown) => { samples.delete(name); throw error; });
  }

  return async ({ projectId, imageId, weightsDigest, preprocessingDigest, count }) => {
    const own = (await deps.embeddings.load(projectId, [imageId], weightsDigest, preprocessingDigest)).get(imageId);
    if (own === undefined) return { neighbours: [], missing: 'no_embedding' };
    const { images, rows } = await sampleOf(projectId, weightsDigest, preprocessingDigest);
    const near = nearestRows(rows, own, count + 1).flatMap(({ at, similarity }) => { const image = images[at]; return image === undefined || image.imageId === imageId ? [] : [{ ...image, similarity }]; });
    return { neighbours: near.slice(0, count), missing: near.length === 0 && count > 0 ? 'no_labels' : null };
  };
}
