import { z } from 'zod';
import { type ClassesDependencies, listClasses } from '../../application/review/classes.ts';
import { addClassBodySchema, changeReplySchema, classesSchema, editClassBodySchema, mergeClassesBodySchema, splitClassBodySchema } from '../../contracts/classes.ts';
import type { ClassChangeOutcome } from '../../domain/ports-review.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}/classes';
const params = z.strictObject({ project: z.string() });
const oneParams = z.strictObject({ project: z.string(), classId: z.coerce.number().int().min(0) });
const tell = ({ classIds, ...rest }: ClassChangeOutcome) => ({ ...rest, classIds: [...classIds] });

/** Routes of classes: listed, added, renamed, merged, split; labels follow by new records. */
export function createClassRoutes(deps: ClassesDependencies): Route[] {
  const { reviews } = deps;
  return [
    route({ method: 'get', path: base, access: 'annotator', summary: 'Classes, what became of those that went, and what people proposed', params, reply: classesSchema, handle: ({ project }) => listClasses(deps, project.id) }),
    route({
      method: 'post', path: base, access: 'engineer', summary: 'Add a class', params, body: addClassBodySchema, reply: changeReplySchema, status: 201,
      handle: async ({ project, body, actor }) => tell(await reviews.addClass({ projectId: project.id, by: actor.id, key: body.key, name: body.name, description: body.description ?? null })),
    }),
    route({
      method: 'patch', path: `${base}/{classId}`, access: 'engineer', summary: 'Change a class’s name or description', params: oneParams, body: editClassBodySchema, reply: changeReplySchema,
      handle: async ({ project, params: { classId }, body, actor }) => tell(await reviews.editClass({ projectId: project.id, by: actor.id, classId, ...body })),
    }),
    route({
      method: 'post', path: `${base}/merges`, access: 'engineer', summary: 'Merge classes; their labels follow', params, body: mergeClassesBodySchema, reply: changeReplySchema,
      handle: async ({ project, body, actor }) => tell(await reviews.mergeClasses({ projectId: project.id, by: actor.id, ...body })),
    }),
    route({
      method: 'post', path: `${base}/{classId}/split`, access: 'engineer', summary: 'Split a class; labels follow where told, and are asked about again where not', params: oneParams, body: splitClassBodySchema, reply: changeReplySchema,
      handle: async ({ project, params: { classId }, body, actor }) => tell(await reviews.splitClass({ projectId: project.id, by: actor.id, classId, key: body.key, into: body.into.map((each) => ({ ...each, description: each.description ?? null })) })),
    }),
  ];
}
