import { z } from 'zod';
import { annotateBurst, type BurstDependencies, claimBursts, showBurst } from '../../application/review/bursts.ts';
import { idSchema } from '../../contracts/common.ts';
import { burstAnnotateBodySchema, burstAnnotateReplySchema, burstFramesSchema, claimBurstsBodySchema, claimBurstsReplySchema } from '../../contracts/review-bursts.ts';
import { atLeast } from '../../domain/roles.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}/review';
const itemParams = z.strictObject({ project: z.string(), item: idSchema });

/** Routes of bursts: claimed with their frames, answered in one decision with exceptions. */
export function createBurstRoutes(deps: BurstDependencies): Route[] {
  return [
    route({
      method: 'post', path: `${base}/bursts/claims`, access: 'annotator', summary: 'Take the next items, each with the frames of its burst', params: z.strictObject({ project: z.string() }), body: claimBurstsBodySchema, reply: claimBurstsReplySchema,
      handle: ({ project, body, actor }) => claimBursts(deps, { projectId: project.id, userId: actor.id, count: body.count, holding: body.holding }),
    }),
    route({
      method: 'get', path: `${base}/items/{item}/frames`, access: 'annotator', summary: 'The burst around an item', params: itemParams, reply: burstFramesSchema,
      handle: ({ project, params, actor }) => showBurst(deps, { projectId: project.id, itemId: params.item, userId: actor.id, anyItem: atLeast(actor.role, 'adjudicator') }),
    }),
    route({
      method: 'post', path: `${base}/items/{item}/burst-annotations`, access: 'annotator', summary: 'Answer a burst in one decision, with exceptions by frame', params: itemParams, body: burstAnnotateBodySchema, reply: burstAnnotateReplySchema,
      handle: ({ project, params, body, actor }) => annotateBurst(deps, {
        projectId: project.id, itemId: params.item, userId: actor.id, key: body.key, fence: body.fence, kind: body.kind, classId: body.classId ?? null, comment: body.comment ?? null, proposedName: body.proposedName ?? null,
        leadTimeMs: body.leadTimeMs ?? null, seen: body.seen, exceptions: body.exceptions.map(({ imageId, kind, classId }) => ({ imageId, kind, classId: classId ?? null })),
      }),
    }),
  ];
}
