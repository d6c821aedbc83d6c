import type { z } from 'zod';
import type { activationSchema } from '../../contracts/review-evidence.ts';
import { activationOf, type FeatureMap, regionSeen, shownActivation } from '../../domain/activation-map.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ModelFiles, ModelVersion } from '../../domain/ports-models.ts';
import type { EvidenceRecords, ReviewRecords } from '../../domain/ports-review.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import { mayLook } from './bursts.ts';
import { namer } from './class-names.ts';
import type { ReviewProject } from './claim-items.ts';

export interface ActivationDependencies {
  readonly reviews: Pick<ReviewRecords, 'standing'> & Pick<EvidenceRecords, 'itemEvidence'>;
  readonly project: (projectId: string) => Promise<ReviewProject>;
  readonly versionByNumber: (projectId: string, number: number) => Promise<ModelVersion | null>;
  readonly store: Pick<ObjectStore, 'get'>;
  readonly files: Pick<ModelFiles, 'decodeHead'>;
  /** The features of an image before pooling, by the backbone of that object key; null where it has none. */
  readonly featureMap: (projectId: string, imageId: string, backboneKey: string) => Promise<FeatureMap | null>;
}

/**
 * Where in the picture the model that answered sees a class, by default the one that it named; for who holds the item. Of a blind one
 * nothing: it would tell the answer.
 * @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_LEASE_EXPIRED, IMAGE_NOT_FOUND, STORE_DAMAGED
 */
export async function showActivation(deps: ActivationDependencies, request: { projectId: string; itemId: string; userId: string; anyItem: boolean; classId: number | undefined }): Promise<z.input<typeof activationSchema>> {
  const { projectId, itemId } = request;
  const { blind, state } = await mayLook(deps, request);
  if (blind && state !== 'settled') return { item: itemId, map: null, missing: 'blind' };
  const item = (await deps.reviews.itemEvidence(projectId, itemId))?.item;
  if (item === undefined) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  const version = item.prediction === null ? null : await deps.versionByNumber(projectId, item.prediction.modelVersionNumber);
  // The model's own class, which may have been merged into another since.
  const classId = request.classId ?? item.prediction?.classes[0]?.classId;
  const none = { item: itemId, map: null, missing: 'no_map' as const };
  if (version?.headKey == null || version.backboneKey === null || version.preprocessing === null || classId === undefined) return none;
  const [features, head] = await Promise.all([deps.featureMap(projectId, item.imageId, version.backboneKey), deps.store.get(version.headKey).then((bytes) => deps.files.decodeHead(bytes))]);
  const values = features === null ? null : activationOf(head, classId, features);
  if (features === null || values === null) return none;
  const { classes } = await deps.project(projectId);
  return {
    item: itemId, missing: null,
    map: { classId, className: namer(classes)(classId), modelVersionNumber: version.number, rows: features.height, columns: features.width, values: shownActivation(values), region: regionSeen(version.preprocessing, item) },
  };
}
