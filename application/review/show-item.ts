import type { ReviewItemReply, RoundReply } from '../../contracts/reviews.ts';
import type { HeldItem, RoundRecord } from '../../domain/ports-review.ts';
import { mergeProbabilities } from '../../domain/class-changes.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { namer } from './class-names.ts';

const topMax = 5;

/** Makes the links by which a browser sees an image. */
export type SignView = (projectId: string, imageId: string, kind: 'thumbnail' | 'fitted', whose?: 'admins') => string;

/** Both views of an image. Links for admins show hidden pictures, too. */
export const viewsOf = (sign: SignView, projectId: string, imageId: string, whose?: 'admins') => ({ thumbnail: sign(projectId, imageId, 'thumbnail', whose), fitted: sign(projectId, imageId, 'fitted', whose) });

/** The five best classes by name, and why it was flagged. */
export const showPrediction = ({ classes, confidence, flags, modelVersionNumber }: NonNullable<HeldItem['prediction']>, nameOf: (classId: number) => string, merges: ReadonlyMap<number, number> = new Map()): NonNullable<ReviewItemReply['prediction']> => ({
  top: mergeProbabilities(classes, merges).slice(0, topMax).map(({ classId, probability }) => ({ classId, name: nameOf(classId), probability: Math.min(1, probability) })), confidence, flags: flags.map((flag) => ({ ...flag })), modelVersionNumber,
});

/** An item as its annotator sees it. On blind ones nothing of the model's answer leaves the server, flags included. */
export function showItem(item: HeldItem, project: { id: string; classes: readonly ProjectClass[]; merges?: ReadonlyMap<number, number> | undefined; sign: SignView }): ReviewItemReply {
  const { id, roundId, imageId, fence, blind, width, height, camera, burstSize } = item;
  return {
    id, roundId, imageId, fence, blind, width, height, camera, burstSize,
    leaseExpiresAt: item.leaseExpiresAt.toISOString(), capturedAt: item.capturedAt?.toISOString() ?? null,
    images: viewsOf(project.sign, project.id, imageId),
    prediction: blind || item.prediction === null ? null : showPrediction(item.prediction, namer(project.classes), project.merges),
  };
}

export const showRound = (round: RoundRecord): RoundReply => ({
  ...round, openedAt: round.openedAt.toISOString(), deadlineAt: round.deadlineAt.toISOString(), closedAt: round.closedAt?.toISOString() ?? null,
});
