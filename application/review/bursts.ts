import type { z } from 'zod';
import type { BurstFrameReply, burstAnnotateReplySchema, burstFramesSchema, claimBurstsReplySchema } from '../../contracts/review-bursts.ts';
import { burstFramesMax } from '../../contracts/review-bursts.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { BurstAnswer, BurstRecords, FrameRecord, ReviewRecords } from '../../domain/ports-review.ts';
import { claimItems, type ShowItemsDependencies } from './claim-items.ts';
import { namer } from './class-names.ts';
import { viewsOf } from './show-item.ts';

export interface BurstDependencies extends ShowItemsDependencies {
  readonly reviews: Pick<ReviewRecords, 'claim' | 'progress' | 'standing'> & BurstRecords;
}

/** Frames as they are shown; on blind items nothing of the model's answers. */
function showFrames(deps: BurstDependencies, projectId: string, frames: readonly FrameRecord[], nameOf: ((classId: number) => string) | null): { frames: BurstFrameReply[]; more: boolean } {
  return {
    frames: frames.slice(0, burstFramesMax).map(({ imageId, width, height, capturedAt, leads, answerable, topClassId, confidence }) => ({
      imageId, width, height, leads, answerable, capturedAt: capturedAt?.toISOString() ?? null, images: viewsOf(deps.sign, projectId, imageId),
      top: nameOf === null || topClassId === null ? null : { classId: topClassId, name: nameOf(topClassId), confidence: confidence ?? 0 },
    })),
    more: frames.length > burstFramesMax,
  };
}

/** The next items for one person, each with the frames of its burst. */
export async function claimBursts(deps: BurstDependencies, request: { projectId: string; userId: string; count: number; holding: readonly string[] }): Promise<z.input<typeof claimBurstsReplySchema>> {
  const { items, classes, progress } = await claimItems(deps, request);
  const frames = await deps.reviews.frames(request.projectId, items.map((each) => each.id));
  return { bursts: items.map((item) => ({ item, ...showFrames(deps, request.projectId, frames.get(item.id) ?? [], item.blind ? null : namer(classes)) })), classes, progress };
}

/** The burst around an item, for who holds it; adjudicators look at any. @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_LEASE_EXPIRED */
export async function showBurst(deps: BurstDependencies, { projectId, itemId, userId, anyItem }: { projectId: string; itemId: string; userId: string; anyItem: boolean }): Promise<z.input<typeof burstFramesSchema>> {
  const { blind, state } = await mayLook(deps, { projectId, itemId, userId, anyItem });
  const { classes } = await deps.project(projectId);
  const frames = (await deps.reviews.frames(projectId, [itemId])).get(itemId) ?? [];
  return { item: itemId, ...showFrames(deps, projectId, frames, blind && state !== 'settled' ? null : namer(classes)) };
}

/** @throws PerennialError REVIEW_ITEM_NOT_FOUND, REVIEW_LEASE_EXPIRED */
export async function mayLook(deps: { reviews: Pick<ReviewRecords, 'standing'> }, { projectId, itemId, userId, anyItem }: { projectId: string; itemId: string; userId: string; anyItem: boolean }) {
  const standing = await deps.reviews.standing(projectId, itemId, userId);
  if (standing === null) throw new PerennialError('REVIEW_ITEM_NOT_FOUND');
  if (!standing.held && !anyItem) throw new PerennialError('REVIEW_LEASE_EXPIRED', undefined, { item: itemId });
  return standing;
}

/** One decision for a burst. @throws PerennialError CLASS_UNKNOWN, and what `annotateBurst` throws */
export async function annotateBurst(deps: BurstDependencies, answer: BurstAnswer): Promise<z.input<typeof burstAnnotateReplySchema>> {
  const known = new Set((await deps.project(answer.projectId)).classes.map((each) => each.classId));
  const unknown = [answer, ...answer.exceptions].find((each) => each.classId !== null && !known.has(each.classId));
  if (unknown !== undefined) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId: unknown.classId });
  const { itemState, ...reply } = await deps.reviews.annotateBurst(answer);
  return { ...reply, itemState: itemState === 'settled' || itemState === 'unresolved' ? itemState : 'open' };
}
