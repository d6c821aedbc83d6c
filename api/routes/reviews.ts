import { z } from 'zod';
import type { ActivationDependencies } from '../../application/review/activation.ts';
import { annotateItem } from '../../application/review/annotate-item.ts';
import { claimItems, type ReviewProject } from '../../application/review/claim-items.ts';
import type { NeighboursOf } from '../../application/review/neighbours.ts';
import type { SignView } from '../../application/review/show-item.ts';
import { withdrawAnnotation } from '../../application/review/withdraw-annotation.ts';
import { idSchema } from '../../contracts/common.ts';
import {
  annotateBodySchema, annotateReplySchema, claimBodySchema, claimReplySchema, renewBodySchema, renewReplySchema, withdrawBodySchema, withdrawReplySchema,
} from '../../contracts/reviews.ts';
import { releaseBodySchema, releaseReplySchema } from '../../contracts/review-rounds.ts';
import { mergesOf } from '../../domain/class-changes.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { WorkbenchRecords } from '../../domain/ports-review.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { type Route, route } from '../route.ts';
import { createAdjudicationRoutes } from './adjudication.ts';
import { createAgreementRoutes } from './agreement.ts';
import { createBurstRoutes } from './bursts.ts';
import { createClassRoutes } from './classes.ts';
import { createEvidenceRoutes } from './evidence.ts';
import { createGridRoutes } from './grid.ts';
import { createVisibilityRoutes } from './image-visibility.ts';
import { createLabelRoutes } from './labels.ts';
import { createRoundRoutes } from './rounds.ts';

export interface ReviewRoutesDependencies {
  readonly reviews: WorkbenchRecords;
  readonly imageExists: (projectId: string, imageId: string) => Promise<boolean>;
  readonly policy: (projectId: string) => Promise<ReviewProject>;
  readonly classes: (projectId: string) => Promise<readonly ProjectClass[]>;
  readonly workflows: Pick<Workflows, 'collectNow' | 'huntNow'>;
  readonly versionByNumber: ActivationDependencies['versionByNumber'];
  /** What activation maps are made of. */
  readonly activation: Pick<ActivationDependencies, 'store' | 'files' | 'featureMap'>;
  readonly sign: SignView;
  readonly neighbours: NeighboursOf;
  readonly importGroups: (projectId: string, groups: readonly { imageId: string; group: string }[]) => Promise<void>;
}

const base = '/v1/projects/{project}';
const projectParams = z.strictObject({ project: z.string() });

/** Routes of review: items and bursts claimed and answered, verdicts, rounds opened and closed, labels, hidden pictures. */
export function createReviewRoutes(deps: ReviewRoutesDependencies): Route[] {
  const { reviews } = deps;
  const showing = { reviews, project: async (projectId: string) => ({ ...(await deps.policy(projectId)), merges: mergesOf(await reviews.classChanges(projectId)) }), sign: deps.sign };
  return [
    ...itemRoutes(deps, showing), ...createRoundRoutes({ ...showing, workflows: deps.workflows }), ...createGridRoutes(showing), ...createEvidenceRoutes({ ...showing, ...deps.activation, versionByNumber: deps.versionByNumber, neighbours: deps.neighbours }), ...createBurstRoutes(showing), ...createAdjudicationRoutes({ ...showing, adjudications: reviews, workflows: deps.workflows, versionByNumber: deps.versionByNumber }),
    ...createAgreementRoutes({ ...showing, names: reviews.namesOf }),
    ...createClassRoutes({ reviews }), ...createVisibilityRoutes({ visibility: reviews, imageExists: deps.imageExists, sign: deps.sign }),
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
    route({
      method: 'post', path: `${base}/review/leases/release`, access: 'annotator', summary: 'Give items back', params: projectParams, body: releaseBodySchema, reply: releaseReplySchema,
      handle: async ({ project, body, actor }) => {
        const released = await reviews.release({ projectId: project.id, userId: actor.id, items: body.items });
        return { released: [...released], lost: body.items.map((each) => each.id).filter((id) => !released.includes(id)) };
      },
    }),
  ];
}
