import { z } from 'zod';
import { adjudicateItem, listUnresolved, showAdjudication } from '../../application/review/adjudication.ts';
import { idSchema } from '../../contracts/common.ts';
import { adjudicationDetailSchema, adjudicationPageSchema, adjudicationQuerySchema, verdictBodySchema, verdictReplySchema, verdictWithdrawalBodySchema, verdictWithdrawalReplySchema } from '../../contracts/review-adjudication.ts';
import { atLeast } from '../../domain/roles.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}/adjudication';
const itemParams = z.strictObject({ project: z.string(), item: idSchema });

/** Routes of adjudication: what is unresolved, all answers to it, and the verdict. */
export function createAdjudicationRoutes(deps: Parameters<typeof adjudicateItem>[0]): Route[] {
  return [
    route({
      method: 'get', path: `${base}/items`, access: 'adjudicator', summary: 'What people disagree about, dearest first', params: z.strictObject({ project: z.string() }), query: adjudicationQuerySchema, reply: adjudicationPageSchema,
      handle: ({ project, query }) => listUnresolved(deps, { projectId: project.id, after: query.after, limit: query.limit, why: query.why }),
    }),
    route({
      method: 'get', path: `${base}/items/{item}`, access: 'adjudicator', summary: 'All answers to an item side by side', params: itemParams, reply: adjudicationDetailSchema,
      handle: ({ project, params }) => showAdjudication(deps, project.id, params.item),
    }),
    route({
      method: 'post', path: `${base}/items/{item}/verdict`, access: 'adjudicator', summary: 'Settle an item', params: itemParams, body: verdictBodySchema, reply: verdictReplySchema,
      handle: ({ project, params, body, actor }) => adjudicateItem(deps, { projectId: project.id, itemId: params.item, userId: actor.id, key: body.key, kind: body.kind, classId: body.classId ?? null, comment: body.comment ?? null }),
    }),
    route({
      method: 'post', path: `${base}/verdicts/{adjudication}/withdrawal`, access: 'adjudicator', summary: 'Take back a verdict', params: z.strictObject({ project: z.string(), adjudication: idSchema }), body: verdictWithdrawalBodySchema, reply: verdictWithdrawalReplySchema,
      handle: async ({ project, params, body, actor }) => {
        const { itemId } = await deps.adjudications.withdrawAdjudication({ projectId: project.id, adjudicationId: params.adjudication, userId: actor.id, anyones: atLeast(actor.role, 'engineer'), key: body.key });
        return { item: itemId, itemState: 'unresolved' as const };
      },
    }),
  ];
}
