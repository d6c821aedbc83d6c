import type { ReviewItemReply } from '../../contracts/reviews.ts';
import type { ReviewRecords } from '../../domain/ports-review.ts';
import type { ShowItemsDependencies } from './claim-items.ts';
import { showItem } from './show-item.ts';

/**
 * Takes back an own answer: nothing is edited, the item opens again for the same person, under a new fence.
 * @throws PerennialError ANNOTATION_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED
 */
export async function withdrawAnnotation(deps: ShowItemsDependencies & { reviews: Pick<ReviewRecords, 'withdraw'> }, request: { projectId: string; annotationId: string; userId: string; key: string }): Promise<ReviewItemReply> {
  const { policy, classes, merges } = await deps.project(request.projectId);
  const item = await deps.reviews.withdraw({ ...request, leaseSeconds: policy.review.leaseSeconds });
  return showItem(item, { id: request.projectId, classes, merges, sign: deps.sign });
}
