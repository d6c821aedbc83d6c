import { z } from 'zod';
import { addGold, type AgreementDependencies, showAgreement } from '../../application/review/agreement.ts';
import { namer } from '../../application/review/class-names.ts';
import { idSchema, pageOf } from '../../contracts/common.ts';
import { addGoldBodySchema, addGoldReplySchema, agreementQuerySchema, agreementSchema, goldImageSchema, goldQuerySchema } from '../../contracts/review-agreement.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}';
const params = z.strictObject({ project: z.string() });

/** Routes of how far people match, and of the gold images by which they are measured. */
export function createAgreementRoutes(deps: AgreementDependencies): Route[] {
  return [
    route({
      method: 'get', path: `${base}/review/agreement`, access: 'adjudicator', summary: 'How far people match, and how reliable each is', params, query: agreementQuerySchema, reply: agreementSchema,
      handle: ({ project, query }) => showAgreement(deps, project.id, query.days),
    }),
    route({
      method: 'get', path: `${base}/gold-images`, access: 'engineer', summary: 'Images whose label is known for certain', params, query: goldQuerySchema, reply: pageOf(goldImageSchema),
      handle: async ({ project, query }) => {
        const nameOf = namer((await deps.project(project.id)).classes);
        const items = (await deps.reviews.goldImages(project.id, { after: query.after ?? null, limit: query.limit })).map((each) => ({ ...each, className: nameOf(each.classId), addedAt: each.addedAt.toISOString() }));
        return { items, next: items.length === query.limit ? (items.at(-1)?.imageId ?? null) : null };
      },
    }),
    route({
      method: 'post', path: `${base}/gold-images`, access: 'engineer', summary: 'Make images gold', params, body: addGoldBodySchema, reply: addGoldReplySchema,
      handle: ({ project, body, actor }) => addGold(deps, { projectId: project.id, by: actor.id, imageIds: body.imageIds, sample: body.sample }),
    }),
    route({
      method: 'delete', path: `${base}/gold-images/{image}`, access: 'engineer', summary: 'Retire a gold image', params: z.strictObject({ project: z.string(), image: idSchema }), reply: z.strictObject({ outcome: z.literal('done') }),
      handle: async ({ project, params: { image }, actor }) => {
        await deps.reviews.retireGold({ projectId: project.id, imageId: image, by: actor.id });
        return { outcome: 'done' as const };
      },
    }),
  ];
}
