import type { ReviewItemReply, RoundReply } from '../../contracts/reviews.ts';
import type { HeldItem, RoundRecord } from '../../domain/ports-review.ts';
import type { ProjectClass } from '../../domain/prediction.ts';

const topMax = 5;

/** Makes the links by which a browser sees an image. */
export type SignView = (projectId: string, imageId: string, kind: 'thumbnail' | 'fitted') => string;

/** An item as its annotator sees it. On blind ones nothing of the model's answer leaves the server, flags included. */
export function showItem(item: HeldItem, project: { id: string; classes: readonly ProjectClass[]; sign: SignView }): ReviewItemReply {
  const { id, roundId, imageId, fence, blind, width, height, camera, burstSize } = item;
  const nameOf = (classId: number): string => project.classes.find((each) => each.classId === classId)?.name ?? String(classId);
  return {
    id, roundId, imageId, fence, blind, width, height, camera, burstSize,
    leaseExpiresAt: item.leaseExpiresAt.toISOString(), capturedAt: item.capturedAt?.toISOString() ?? null,
    images: { thumbnail: project.sign(project.id, imageId, 'thumbnail'), fitted: project.sign(project.id, imageId, 'fitted') },
    prediction: blind || item.prediction === null ? null : {
      top: item.prediction.classes.slice(0, topMax).map(({ classId, probability }) => ({ classId, name: nameOf(classId), probability: Math.min(1, probability) })),
      confidence: item.prediction.confidence, flags: item.prediction.flags.map((flag) => ({ ...flag })), modelVersionNumber: item.prediction.modelVersionNumber,
    },
  };
}

export const showRound = (round: RoundRecord): RoundReply => ({
  ...round, openedAt: round.openedAt.toISOString(), deadlineAt: round.deadlineAt.toISOString(), closedAt: round.closedAt?.toISOString() ?? null,
});
