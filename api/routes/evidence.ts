import { z } from 'zod';
import { type ActivationDependencies, showActivation } from '../../application/review/activation.ts';
import { type EvidenceDependencies, showClassCard, showEvidence } from '../../application/review/evidence.ts';
import { idSchema } from '../../contracts/common.ts';
import { activationQuerySchema, activationSchema, classCardSchema, evidenceQuerySchema, evidenceSchema } from '../../contracts/review-evidence.ts';
import { atLeast } from '../../domain/roles.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}';

/** Routes of what helps to decide: evidence on an item, and what a class looks like. */
export function createEvidenceRoutes(deps: EvidenceDependencies & ActivationDependencies): Route[] {
  return [
    route({
      method: 'get', path: `${base}/review/items/{item}/activation`, access: 'annotator', summary: 'Where in the picture the model sees a class', params: z.strictObject({ project: z.string(), item: idSchema }), query: activationQuerySchema, reply: activationSchema,
      handle: ({ project, params, query, actor }) => showActivation(deps, { projectId: project.id, itemId: params.item, userId: actor.id, anyItem: atLeast(actor.role, 'adjudicator'), classId: query.classId }),
    }),
    route({
      method: 'get', path: `${base}/review/items/{item}/evidence`, access: 'annotator', summary: 'What helps to decide about an item', params: z.strictObject({ project: z.string(), item: idSchema }), query: evidenceQuerySchema, reply: evidenceSchema,
      handle: ({ project, params, query, actor }) => showEvidence(deps, { projectId: project.id, itemId: params.item, userId: actor.id, anyItem: atLeast(actor.role, 'adjudicator'), count: query.neighbours }),
    }),
    route({
      method: 'get', path: `${base}/classes/{classId}/card`, access: 'annotator', summary: 'What a class looks like', params: z.strictObject({ project: z.string(), classId: z.coerce.number().int().min(0) }), reply: classCardSchema,
      handle: ({ project, params }) => showClassCard(deps, project.id, params.classId),
    }),
  ];
}
