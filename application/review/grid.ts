import type { z } from 'zod';
import type { gridClaimReplySchema, gridClassesSchema, GridDecisionReply } from '../../contracts/review-grid.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { GridRecords, NewAnnotation, ReviewRecords } from '../../domain/ports-review.ts';
import type { AnnotationKind } from '../../domain/review.ts';
import { namer } from './class-names.ts';
import type { ShowItemsDependencies } from './claim-items.ts';
import { showItem, showRound } from './show-item.ts';

export interface GridDependencies extends ShowItemsDependencies {
  readonly reviews: Pick<ReviewRecords, 'progress'> & GridRecords;
}

/** What the model puts where, among what this person could take. */
export async function gridClasses(deps: GridDependencies, projectId: string, userId: string): Promise<z.input<typeof gridClassesSchema>> {
  const { classes, merges } = await deps.project(projectId);
  const nameOf = namer(classes);
  const counts = new Map<number, number>();
  for (const each of await deps.reviews.gridClasses(projectId, userId)) { const classId = merges?.get(each.classId) ?? each.classId; counts.set(classId, (counts.get(classId) ?? 0) + each.count); }
  return { items: [...counts].map(([classId, count]) => ({ classId, name: nameOf(classId), count })).toSorted((a, b) => b.count - a.count || a.classId - b.classId) };
}

/** A page of images of one predicted class, with a hold on each. */
export async function claimGrid(deps: GridDependencies, request: { projectId: string; userId: string; classId: number; count: number; holding: readonly string[] }): Promise<z.input<typeof gridClaimReplySchema>> {
  const { policy, classes, merges } = await deps.project(request.projectId);
  const items = await deps.reviews.claimGrid({ ...request, classIds: [request.classId, ...[...(merges ?? [])].flatMap(([from, into]) => (into === request.classId ? [from] : []))], leaseSeconds: policy.review.leaseSeconds });
  const { round, ...counts } = await deps.reviews.progress(request.projectId, request.userId);
  return {
    classId: request.classId, name: namer(classes)(request.classId), items: items.map((item) => showItem(item, { id: request.projectId, classes, merges, sign: deps.sign })),
    classes: classes.map(({ classId, name }) => ({ classId, name })), progress: { round: round === null ? null : showRound(round), ...counts },
  };
}

export interface GridDecision {
  readonly projectId: string;
  readonly userId: string;
  readonly key: string;
  /** What those accepted are. */
  readonly classId: number;
  /** Images that were loaded and on screen. */
  readonly seen: readonly string[];
  readonly accept: readonly { readonly item: string; readonly fence: number }[];
  readonly exceptions: readonly { readonly item: string; readonly fence: number; readonly kind: AnnotationKind; readonly classId: number | null }[];
  readonly leadTimeMs: number | null;
}

/**
 * The exceptions of a page, and the rest accepted. Nobody can accept what was not on their screen, nor a blind item.
 * @throws PerennialError CLASS_UNKNOWN, REVIEW_ITEM_NOT_FOUND, REVIEW_IMAGE_NOT_SEEN, REVIEW_ITEM_BLIND, REQUEST_INVALID; nothing is written then
 */
export async function decideGrid(deps: GridDependencies, decision: GridDecision): Promise<GridDecisionReply> {
  const { projectId, userId, key } = decision;
  const asked = [...decision.accept.map((each) => ({ ...each, kind: 'class' as const, classId: decision.classId as number | null })), ...decision.exceptions];
  await check(deps, decision, asked);
  const leadTimeMs = decision.leadTimeMs === null || asked.length === 0 ? null : Math.round(decision.leadTimeMs / asked.length);
  const annotations = asked.map(({ item, fence, kind, classId }): NewAnnotation => ({ projectId, itemId: item, userId, key: `${key}/${item}`, fence, kind, classId, comment: null, leadTimeMs }));
  const results = await deps.reviews.annotateMany(annotations);
  return {
    results: results.map((each) => ('refused' in each ? { item: each.itemId, outcome: 'refused' as const, code: each.refused }
      : { item: each.itemId, outcome: 'done' as const, annotationId: each.annotationId, itemState: each.itemState === 'settled' || each.itemState === 'unresolved' ? each.itemState : 'open' })),
  };
}

async function check(deps: GridDependencies, { projectId, classId, seen, accept, exceptions }: GridDecision, asked: readonly { item: string }[]): Promise<void> {
  const known = new Set((await deps.project(projectId)).classes.map((each) => each.classId));
  const unknown = [...(accept.length === 0 ? [] : [classId]), ...exceptions.flatMap((each) => each.classId ?? [])].find((each) => !known.has(each));
  if (unknown !== undefined) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId: unknown });
  const ids = asked.map((each) => each.item);
  if (new Set(ids).size !== ids.length) throw new PerennialError('REQUEST_INVALID', 'An item stands twice.');
  const facts = await deps.reviews.itemFacts(projectId, ids);
  const missing = ids.filter((id) => !facts.has(id));
  if (missing.length > 0) throw new PerennialError('REVIEW_ITEM_NOT_FOUND', undefined, { items: missing });
  const looked = new Set(seen);
  const unseen = ids.filter((id) => !looked.has(facts.get(id)?.imageId ?? ''));
  if (unseen.length > 0) throw new PerennialError('REVIEW_IMAGE_NOT_SEEN', undefined, { items: unseen });
  const blind = accept.map((each) => each.item).filter((id) => facts.get(id)?.blind === true);
  if (blind.length > 0) throw new PerennialError('REVIEW_ITEM_BLIND', undefined, { items: blind });
}
