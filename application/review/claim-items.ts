import type { ClaimReply } from '../../contracts/reviews.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ReviewRecords } from '../../domain/ports-review.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { showItem, showRound, type SignView } from './show-item.ts';

export interface ReviewProject {
  readonly policy: Policy;
  readonly classes: readonly ProjectClass[];
  /** Where merged classes went; a model of before may still name them. */
  readonly merges?: ReadonlyMap<number, number>;
}

export interface ShowItemsDependencies {
  readonly project: (projectId: string) => Promise<ReviewProject>;
  readonly sign: SignView;
}

/** The next items for one person, with a hold on each, and where review stands. Held items come first; those the person has on the screen already (`holding`) are kept and not sent again. */
export async function claimItems(deps: ShowItemsDependencies & { reviews: Pick<ReviewRecords, 'claim' | 'progress'> }, request: { projectId: string; userId: string; count: number; holding?: readonly string[] }): Promise<ClaimReply> {
  const { policy, classes, merges } = await deps.project(request.projectId);
  const items = await deps.reviews.claim({ ...request, leaseSeconds: policy.review.leaseSeconds });
  const { round, ...counts } = await deps.reviews.progress(request.projectId, request.userId);
  return {
    items: items.map((item) => showItem(item, { id: request.projectId, classes, merges, sign: deps.sign })),
    classes: classes.map(({ classId, name }) => ({ classId, name })),
    progress: { round: round === null ? null : showRound(round), ...counts },
  };
}
