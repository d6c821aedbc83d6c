import type { AnnotateReply } from '../../contracts/reviews.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { NewAnnotation, ReviewRecords } from '../../domain/ports-review.ts';
import type { ReviewProject } from './claim-items.ts';

/**
 * Writes one answer and what follows from it. The same key again gives the same reply, also after the hold has ended.
 * @throws PerennialError CLASS_UNKNOWN, REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED, IDEMPOTENCY_KEY_REUSED
 */
export async function annotateItem(deps: { reviews: Pick<ReviewRecords, 'annotate'>; project: (projectId: string) => Promise<ReviewProject> }, annotation: NewAnnotation): Promise<AnnotateReply> {
  const { classes } = await deps.project(annotation.projectId);
  if (annotation.kind === 'class' && !classes.some((each) => each.classId === annotation.classId)) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId: annotation.classId });
  const { annotationId, itemState } = await deps.reviews.annotate(annotation);
  return { annotationId, itemState: itemState === 'settled' || itemState === 'unresolved' ? itemState : 'open' };
}
