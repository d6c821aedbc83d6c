import type { z } from 'zod';
import type { roundItemSchema, roundProgressSchema } from '../../contracts/review-rounds.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ReviewRecords, RoundFigureRecords, RoundFigures } from '../../domain/ports-review.ts';
import { namer } from './class-names.ts';
import type { ShowItemsDependencies } from './claim-items.ts';
import { showRound, viewsOf } from './show-item.ts';

export interface RoundFiguresDependencies extends ShowItemsDependencies {
  readonly reviews: Pick<ReviewRecords, 'round'> & RoundFigureRecords;
}

const hourMs = 3_600_000;

/** What is left, and when it ends: by real lead times, and by the pace of the last hour. */
export function outlook({ open, answersLastHour, answersLeft, leadTimeMsMedian, now }: Pick<RoundFigures, 'open' | 'answersLastHour' | 'answersLeft' | 'leadTimeMsMedian' | 'now'>): { hoursLeft: number | null; endsAt: Date | null } {
  if (open === 0) return { hoursLeft: 0, endsAt: now };
  return {
    hoursLeft: leadTimeMsMedian === null ? null : (answersLeft * leadTimeMsMedian) / hourMs,
    endsAt: answersLastHour === 0 ? null : new Date(now.getTime() + (answersLeft / answersLastHour) * hourMs),
  };
}

/** Live figures of a round. @throws PerennialError REVIEW_ROUND_NOT_FOUND */
export async function roundProgress(deps: RoundFiguresDependencies, projectId: string, roundId: string): Promise<z.input<typeof roundProgressSchema>> {
  const round = await deps.reviews.round(projectId, roundId);
  if (round === null) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
  const { answersLeft, now, ...figures } = await deps.reviews.roundFigures(projectId, roundId);
  const { hoursLeft, endsAt } = outlook({ ...figures, answersLeft, now });
  return { round: showRound(round), ...figures, hoursLeft, endsAt: endsAt?.toISOString() ?? null };
}

/** Items of a round by pages; of blind ones that are not settled nothing of the model's answer. @throws PerennialError REVIEW_ROUND_NOT_FOUND */
export async function roundItems(deps: RoundFiguresDependencies, { projectId, roundId, after, limit, state }: { projectId: string; roundId: string; after: string | undefined; limit: number; state: string | undefined }): Promise<{ items: z.input<typeof roundItemSchema>[]; next: string | null }> {
  if ((await deps.reviews.round(projectId, roundId)) === null) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
  const nameOf = namer((await deps.project(projectId)).classes);
  const rows = await deps.reviews.roundItems(projectId, roundId, { after: after ?? null, limit, state: state ?? null });
  const items = rows.map(({ topClassId, confidence, labelKind, labelClassId, ...row }) => ({
    ...row, images: viewsOf(deps.sign, projectId, row.imageId),
    // The label of what is still asked about would tell a gold item.
    label: labelKind === null || row.state === 'open' ? null : { kind: labelKind, classId: labelClassId, className: labelClassId === null ? null : nameOf(labelClassId) },
    prediction: topClassId === null || confidence === null || (row.blind && row.state !== 'settled') ? null : { classId: topClassId, className: nameOf(topClassId), confidence },
  }));
  return { items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
}
