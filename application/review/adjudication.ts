import type { z } from 'zod';
import type { AdjudicationDetail, adjudicationEntrySchema, adjudicationPageSchema } from '../../contracts/review-adjudication.ts';
import type { UnresolvedReason } from '../../domain/adjudication.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { AdjudicationEntry, AdjudicationRecords } from '../../domain/ports-review.ts';
import type { AnnotationKind, Verdict } from '../../domain/review.ts';
import type { ShowItemsDependencies } from './claim-items.ts';
import { namer } from './class-names.ts';
import { showPrediction, viewsOf } from './show-item.ts';

type Deps = ShowItemsDependencies & { readonly adjudications: AdjudicationRecords };
type Entry = z.input<typeof adjudicationEntrySchema>;

/** Where a page ends: cost and id, as the queue is ordered. */
const cursorOf = (entry: AdjudicationEntry): string => `${entry.expectedCost}_${entry.id}`;

/** @throws PerennialError REQUEST_INVALID for what is no cursor of ours */
function readCursor(after: string | undefined): { expectedCost: number; id: string } | null {
  if (after === undefined) return null;
  const found = /^(\d+(?:\.\d+)?(?:e-?\d+)?)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(after);
  if (found === null) throw new PerennialError('REQUEST_INVALID', 'after: not the `next` of an earlier page');
  return { expectedCost: Number(found[1]), id: found[2] as string };
}

/** What is unresolved, dearest first. */
export async function listUnresolved(deps: Deps, request: { projectId: string; after: string | undefined; limit: number; why: UnresolvedReason | undefined }): Promise<z.input<typeof adjudicationPageSchema>> {
  const { classes } = await deps.project(request.projectId);
  const { entries, total } = await deps.adjudications.unresolved(request.projectId, { after: readCursor(request.after), limit: request.limit, why: request.why ?? null });
  const last = entries.at(-1);
  return { items: entries.map((entry) => showEntry(deps, request.projectId, namer(classes), entry)), next: last !== undefined && entries.length === request.limit ? cursorOf(last) : null, total };
}

function showEntry(deps: Deps, projectId: string, nameOf: (classId: number) => string, { id, imageId, roundNumber, why, expectedCost, split, camera, capturedAt, createdAt }: AdjudicationEntry): Entry {
  return {
    id, imageId, roundNumber, why, expectedCost, camera, images: viewsOf(deps.sign, projectId, imageId), capturedAt: capturedAt?.toISOString() ?? null, createdAt: createdAt.toISOString(),
    answers: split.reduce((sum, each) => sum + each.count, 0),
    split: split.map(({ kind, classId, count }) => ({ kind: kind as AnnotationKind, classId, count, name: classId === null ? null : nameOf(classId) })),
  };
}

/** All answers to one item side by side. On blind items the model's answer stays away until the item is settled. @throws PerennialError REVIEW_ITEM_NOT_FOUND */
export async function showAdjudication(deps: Deps, projectId: string, itemId: string): Promise<AdjudicationDetail> {
  const detail = await deps.adjudications.adjudicationDetail(projectId, itemId);
  // What is still being asked is nobody's to read: the adjudicator may be the next who is asked.
  if (detail === null || detail.state === 'open' || detail.state === 'waiting') throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  const { classes, merges } = await deps.project(projectId);
  const nameOf = namer(classes);
  const named = (classId: number | null): string | null => (classId === null ? null : nameOf(classId));
  const shut = detail.blind && detail.state !== 'settled';
  return {
    ...showEntry(deps, projectId, nameOf, detail), width: detail.width, height: detail.height, state: detail.state, blind: detail.blind,
    given: detail.given.map((each) => ({ ...each, kind: each.kind as AnnotationKind, className: named(each.classId), createdAt: each.createdAt.toISOString() })),
    adjudications: detail.adjudications.map((each) => ({ ...each, kind: each.kind as 'class' | 'unusable', className: named(each.classId), createdAt: each.createdAt.toISOString() })),
    prediction: shut || detail.prediction === null ? null : showPrediction(detail.prediction, nameOf, merges),
    label: detail.label === null ? null : { ...detail.label, className: named(detail.label.classId), createdAt: detail.label.createdAt.toISOString() },
    dispute: detail.dispute === null ? null : { ...detail.dispute, className: nameOf(detail.dispute.classId) },
    behind: detail.behind.map((imageId) => ({ imageId, images: viewsOf(deps.sign, projectId, imageId) })),
  } as AdjudicationDetail;
}

/** Settles an item. @throws PerennialError CLASS_UNKNOWN, REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_SETTLED, IDEMPOTENCY_KEY_REUSED */
export async function adjudicateItem(deps: Deps, request: { projectId: string; itemId: string; userId: string; key: string; kind: Verdict['kind']; classId: number | null; comment: string | null }) {
  const { classes } = await deps.project(request.projectId);
  if (request.classId !== null && !classes.some((each) => each.classId === request.classId)) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId: request.classId });
  const { projectId, itemId, userId, key, comment } = request;
  const verdict: Verdict = request.classId === null ? { kind: 'unusable', classId: null } : { kind: 'class', classId: request.classId };
  return { ...(await deps.adjudications.adjudicate({ projectId, itemId, userId, verdict, comment, key })), itemState: 'settled' as const };
}
