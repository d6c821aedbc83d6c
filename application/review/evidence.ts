import type { z } from 'zod';
import type { classCardSchema, EvidenceReply } from '../../contracts/review-evidence.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { EvidenceRecords, ReviewRecords } from '../../domain/ports-review.ts';
import { mayLook } from './bursts.ts';
import { namer } from './class-names.ts';
import type { ShowItemsDependencies } from './claim-items.ts';
import type { NeighboursOf } from './neighbours.ts';
import { showPrediction, viewsOf } from './show-item.ts';

export interface EvidenceDependencies extends ShowItemsDependencies {
  readonly reviews: Pick<ReviewRecords, 'standing'> & EvidenceRecords;
  readonly neighbours: NeighboursOf;
}

/** What helps to decide about an item, for who holds it; of a blind one nothing that tells the model's answer. @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_LEASE_EXPIRED */
export async function showEvidence(deps: EvidenceDependencies, request: { projectId: string; itemId: string; userId: string; anyItem: boolean; count: number }): Promise<EvidenceReply> {
  const { projectId, itemId, count } = request;
  const { state } = await mayLook(deps, request);
  const found = await deps.reviews.itemEvidence(projectId, itemId);
  if (found === null) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  const { item, margin, novelty, weightsDigest, preprocessingDigest, ...rest } = found;
  const { classes, merges } = await deps.project(projectId);
  const nameOf = namer(classes);
  const shut = item.blind && state !== 'settled';
  const near = shut ? { neighbours: [], missing: 'blind' as const }
    : weightsDigest === null || preprocessingDigest === null ? { neighbours: [], missing: 'no_embedding' as const }
      : await deps.neighbours({ projectId, imageId: item.imageId, weightsDigest, preprocessingDigest, count });
  return {
    item: itemId, blind: item.blind,
    prediction: shut || item.prediction === null ? null : { ...showPrediction(item.prediction, nameOf, merges), margin: Math.min(1, Math.max(0, margin ?? 0)), novelty },
    neighbours: near.neighbours.map((each) => ({ ...each, className: nameOf(each.classId), images: viewsOf(deps.sign, projectId, each.imageId) })),
    neighboursMissing: near.missing,
    taken: {
      camera: item.camera, site: rest.site, fileName: rest.fileName, exifTime: rest.exifTime, capturedAt: item.capturedAt?.toISOString() ?? null, receivedAt: rest.receivedAt?.toISOString() ?? null,
      width: item.width, height: item.height, mediaType: rest.mediaType, figures: rest.figures,
    },
  };
}

const examplesMax = 12;

/** What a class looks like: the same for everybody, so that it tells nothing of an item. @throws PerennialError CLASS_UNKNOWN */
export async function showClassCard(deps: EvidenceDependencies, projectId: string, classId: number): Promise<z.input<typeof classCardSchema>> {
  const classes = await deps.reviews.describedClasses(projectId);
  const own = classes.find((each) => each.classId === classId);
  if (own === undefined) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId });
  const [counts, candidates, confused] = await Promise.all([deps.reviews.labelCounts(projectId), deps.reviews.classExamples(projectId, classId), deps.reviews.confusedWith(projectId, classId)]);
  const nameOf = namer(classes);
  return {
    ...own, labels: counts.find((each) => each.classId === classId)?.count ?? 0,
    examples: unlike(candidates).slice(0, examplesMax).map(({ imageId, camera, capturedAt }) => ({ imageId, camera, capturedAt: capturedAt?.toISOString() ?? null, images: viewsOf(deps.sign, projectId, imageId) })),
    confusedWith: confused.map((each) => ({ ...each, name: nameOf(each.classId) })),
  };
}

/** One of each burst, cameras taking turns, the surest of each first. */
export function unlike<T extends { imageId: string; camera: string | null; burstKey: string | null }>(candidates: readonly T[]): T[] {
  const bursts = new Set<string>();
  const single = candidates.filter(({ imageId, burstKey }) => { const key = burstKey ?? imageId; const fresh = !bursts.has(key); bursts.add(key); return fresh; });
  const turns = new Map<string | null, number>();
  const placed = single.map((each, at) => { const turn = turns.get(each.camera) ?? 0; turns.set(each.camera, turn + 1); return { each, turn, at }; });
  return placed.toSorted((a, b) => a.turn - b.turn || a.at - b.at).map(({ each }) => each);
}
