import { z } from 'zod';
import { annotateItem } from '../../application/review/annotate-item.ts';
import { claimItems, type ReviewProject } from '../../application/review/claim-items.ts';
import { showRound, type SignView } from '../../application/review/show-item.ts';
import { withdrawAnnotation } from '../../application/review/withdraw-annotation.ts';
import { idSchema, pageOf, pageQuerySchema } from '../../contracts/common.ts';
import {
  annotateBodySchema, annotateReplySchema, claimBodySchema, claimReplySchema, openRoundBodySchema, openRoundReplySchema, renewBodySchema, renewReplySchema, roundSchema, withdrawBodySchema, withdrawReplySchema,
} from '../../contracts/reviews.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { AdjudicationRecords, BurstRecords, ImageVisibilityRecords, LabelRecords, ReviewRecords } from '../../domain/ports-review.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { type Route, route } from '../route.ts';
import { createAdjudicationRoutes } from './adjudication.ts';
import { createBurstRoutes } from './bursts.ts';
import { createVisibilityRoutes } from './image-visibility.ts';
import { createLabelRoutes } from './labels.ts';

export interface ReviewRoutesDependencies {
  readonly reviews: ReviewRecords & LabelRecords & BurstRecords & AdjudicationRecords & ImageVisibilityRecords;
  readonly imageExists: (projectId: string, imageId: string) => Promise<boolean>;
  readonly policy: (projectId: string) => Promise<ReviewProject>;
  readonly classes: (projectId: string) => Promise<readonly ProjectClass[]>;
  readonly workflows: Pick<Workflows, 'collectNow'>;
  readonly sign: SignView;
  readonly importGroups: (projectId: string, groups: readonly { imageId: string; group: string }[]) => Promise<void>;
}

const base = '/v1/projects/{project}';
const projectParams = z.strictObject({ project: z.string() });
const roundParams = z.strictObject({ project: z.string(), round: idSchema });

/** Routes of review: items and bursts claimed and answered, verdicts, rounds opened and closed, labels, hidden pictures. */
export function createReviewRoutes(deps: ReviewRoutesDependencies): Route[] {
  const { reviews } = deps;
  const showing = { reviews, project: deps.policy, sign: deps.sign };
  return [
    ...itemRoutes(deps, showing), ...roundRoutes(deps), ...createBurstRoutes(showing), ...createAdjudicationRoutes({ ...showing, adjudications: reviews }),
    ...createVisibilityRoutes({ visibility: reviews, imageExists: deps.imageExists, sign: deps.sign }),
    ...createLabelRoutes({ labels: reviews, classes: deps.classes, imageIds: reviews.imageIds, rememberGroups: deps.importGroups }),
  ];
}

function itemRoutes({ reviews }: ReviewRoutesDependencies, showing: Parameters<typeof claimItems>[0] & Parameters<typeof withdrawAnnotation>[0] & Parameters<typeof annotateItem>[0]): Route[] {
  return [
    route({
      method: 'post', path: `${base}/review/claims`, access: 'annotator', summary: 'Take the next items, with a hold on each', params: projectParams, body: claimBodySchema, reply: claimReplySchema,
      handle: ({ project, body, actor }) => claimItems(showing, { projectId: project.id, userId: actor.id, count: body.count, holding: body.holding }),
    }),
    route({
      method: 'post', path: `${base}/review/items/{item}/annotations`, access: 'annotator', summary: 'Answer an item', params: z.strictObject({ project: z.string(), item: idSchema }), body: annotateBodySchema, reply: annotateReplySchema,
      handle: ({ project, params, body, actor }) => annotateItem(showing, {
        projectId: project.id, itemId: params.item, userId: actor.id, key: body.key, fence: body.fence, kind: body.kind, classId: body.classId ?? null, comment: body.comment ?? null, proposedName: body.proposedName ?? null, leadTimeMs: body.leadTimeMs ?? null,
      }),
    }),
    route({
      method: 'post', path: `${base}/review/annotations/{annotation}/withdrawal`, access: 'annotator', summary: 'Take back an answer', params: z.strictObject({ project: z.string(), annotation: idSchema }), body: withdrawBodySchema, reply: withdrawReplySchema,
      handle: async ({ project, params, body, actor }) => ({ item: await withdrawAnnotation(showing, { projectId: project.id, annotationId: params.annotation, userId: actor.id, key: body.key }) }),
    }),
    route({
      method: 'post', path: `${base}/review/leases/renewals`, access: 'annotator', summary: 'Keep holding items', params: projectParams, body: renewBodySchema, reply: renewReplySchema,
      handle: async ({ project, body, actor }) => {
        const { policy } = await showing.project(project.id);
        const renewed = await reviews.renew({ projectId: project.id, userId: actor.id, leaseSeconds: policy.review.leaseSeconds, items: body.items });
        return { renewed: [...renewed], lost: body.items.map((each) => each.id).filter((id) => !renewed.includes(id)) };
      },
    }),
  ];
}

function roundRoutes({ reviews, workflows }: ReviewRoutesDependencies): Route[] {
  const shown = async (projectId: string, roundId: string) => {
    const round = await reviews.round(projectId, roundId);
    if (round === null) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
    return showRound(round);
  };
  return [
    route({
      method: 'get', path: `${base}/rounds`, access: 'annotator', summary: 'Review rounds, newest first', params: projectParams, query: pageQuerySchema, reply: pageOf(roundSchema),
      handle: async ({ project, query }) => ({ items: (await reviews.rounds(project.id, query.limit)).map(showRound), next: null }),
    }),
    route({
      method: 'post', path: `${base}/rounds`, access: 'engineer', summary: 'Collect flagged images into a round now', params: projectParams, body: openRoundBodySchema, reply: openRoundReplySchema, key: 'required',
      handle: async ({ project, body, key, actor }) => {
        const { outcome, why, roundId } = await workflows.collectNow({ projectId: project.id, reason: body.reason, key: `${actor.id}/${key}`, itemsMax: body.itemsMax ?? null });
        return { outcome, why, round: roundId === null ? null : await shown(project.id, roundId) };
      },
    }),
    route({
      method: 'post', path: `${base}/rounds/{round}/close`, access: 'engineer', summary: 'Close a round', params: roundParams, reply: roundSchema,
      handle: async ({ project, params, actor }) => {
        await reviews.closeRound({ projectId: project.id, roundId: params.round, because: `closed by ${actor.name}` });
        return shown(project.id, params.round);
      },
    }),
  ];
}
