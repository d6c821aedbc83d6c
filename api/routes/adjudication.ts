import { z } from 'zod';
import { adjudicateItem, listUnresolved, showAdjudication } from '../../application/review/adjudication.ts';
import { idSchema } from '../../contracts/common.ts';
import { labelHuntBodySchema, labelHuntReplySchema, adjudicationDetailSchema, adjudicationPageSchema, adjudicationQuerySchema, verdictBodySchema, verdictReplySchema, verdictWithdrawalBodySchema, verdictWithdrawalReplySchema } from '../../contracts/review-adjudication.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { atLeast } from '../../domain/roles.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}/adjudication';
const itemParams = z.strictObject({ project: z.string(), item: idSchema });

export type AdjudicationRoutesDependencies = Parameters<typeof adjudicateItem>[0] & {
  readonly workflows: Pick<Workflows, 'huntNow'>;
  readonly versionByNumber: (projectId: string, number: number) => Promise<{ id: string } | null>;
};

/** Routes of adjudication: what is unresolved, all answers to it, and the verdict. */
export function createAdjudicationRoutes(deps: AdjudicationRoutesDependencies): Route[] {
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
    route({
      method: 'post', path: '/v1/projects/{project}/label-hunts', access: 'engineer', summary: 'Send labels that are probably wrong to an adjudicator', params: z.strictObject({ project: z.string() }), body: labelHuntBodySchema, reply: labelHuntReplySchema,
      handle: async ({ project, body, actor }) => {
        const version = body.modelVersion === undefined ? null : await deps.versionByNumber(project.id, body.modelVersion);
        if (version === null && body.modelVersion !== undefined) throw new PerennialError('MODEL_VERSION_NOT_FOUND', undefined, { number: body.modelVersion });
        const { outcome, ...told } = await deps.workflows.huntNow({ projectId: project.id, versionId: version?.id ?? null, itemsMax: body.itemsMax, key: `${actor.id}/${body.key}` });
        return { ...told, outcome: outcome === 'done' ? 'done' as const : 'skipped' as const };
      },
    }),
  ];
}
