import type { AnnotateReply } from '../../contracts/reviews.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ClassRecords, NewAnnotation, ReviewRecords } from '../../domain/ports-review.ts';

/**
 * Writes one answer and what follows from it. The same key again gives the same reply, also after the hold has ended. Asked twenty
 * times a second, it reads of the project no more than the classes.
 * @throws PerennialError CLASS_UNKNOWN, REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, REVIEW_LEASE_EXPIRED, IDEMPOTENCY_KEY_REUSED
 */
export async function annotateItem({ reviews }: { reviews: Pick<ReviewRecords, 'annotate'> & Pick<ClassRecords, 'classesNow'> }, annotation: NewAnnotation): Promise<AnnotateReply> {
  const { projectId, kind, classId } = annotation;
  if (kind === 'class' && !(await reviews.classesNow(projectId)).classes.some((each) => each.classId === classId)) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId });
  const { annotationId, itemState } = await reviews.annotate(annotation);
  return { annotationId, itemState: itemState === 'settled' || itemState === 'unresolved' ? itemState : 'open' };
}
