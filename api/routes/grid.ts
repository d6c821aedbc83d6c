import { z } from 'zod';
import { claimGrid, decideGrid, gridClasses, type GridDependencies } from '../../application/review/grid.ts';
import { gridClaimBodySchema, gridClaimReplySchema, gridClassesSchema, gridDecisionBodySchema, gridDecisionReplySchema } from '../../contracts/review-grid.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}/review/grid';
const params = z.strictObject({ project: z.string() });

/** Routes of the grid: a page of one predicted class, its exceptions marked and the rest accepted. */
export function createGridRoutes(deps: GridDependencies): Route[] {
  return [
    route({ method: 'get', path: `${base}/classes`, access: 'annotator', summary: 'Predicted classes with items to take', params, reply: gridClassesSchema, handle: ({ project, actor }) => gridClasses(deps, project.id, actor.id) }),
    route({
      method: 'post', path: `${base}/claims`, access: 'annotator', summary: 'Take a page of one predicted class', params, body: gridClaimBodySchema, reply: gridClaimReplySchema,
      handle: ({ project, body, actor }) => claimGrid(deps, { projectId: project.id, userId: actor.id, ...body }),
    }),
    route({
      method: 'post', path: `${base}/decisions`, access: 'annotator', summary: 'Mark the exceptions of a page and accept the rest', params, body: gridDecisionBodySchema, reply: gridDecisionReplySchema,
      handle: ({ project, body, actor }) => decideGrid(deps, {
        projectId: project.id, userId: actor.id, key: body.key, classId: body.classId, seen: body.seen, accept: body.accept, leadTimeMs: body.leadTimeMs ?? null,
        exceptions: body.exceptions.map(({ classId, ...each }) => ({ ...each, classId: classId ?? null })),
      }),
    }),
  ];
}
