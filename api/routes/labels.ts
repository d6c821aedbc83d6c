import { z } from 'zod';
import { importLabels, type ImportLabelsDependencies } from '../../application/review/import-labels.ts';
import { idSchema, instantSchema, pageOf, pageQuerySchema } from '../../contracts/common.ts';
import { importLabelsBodySchema, importLabelsReplySchema } from '../../contracts/datasets.ts';
import type { LabelRecords } from '../../domain/ports-review.ts';
import { type Route, route } from '../route.ts';

const params = z.strictObject({ project: z.string() });
const labelSchema = z.strictObject({ id: idSchema, imageId: idSchema, kind: z.string(), classId: z.number().int().nullable(), source: z.string(), createdBy: z.string(), createdAt: instantSchema });
const listQuerySchema = pageQuerySchema.extend({ after: idSchema.optional() });

/** Routes of labels: those of a labelled start come in, those that hold are listed. */
export function createLabelRoutes(deps: ImportLabelsDependencies & { readonly labels: LabelRecords }): Route[] {
  return [
    route({
      method: 'post', path: '/v1/projects/{project}/labels/import', access: 'engineer', summary: 'Label images that are there already, by their hashes', params, body: importLabelsBodySchema, reply: importLabelsReplySchema,
      handle: async ({ project, body, actor }) => {
        const { created, unchanged, unknownImages } = await importLabels(deps, { projectId: project.id, by: actor.id, labels: body.labels });
        return { created, unchanged, unknownImages: [...unknownImages] };
      },
    }),
    route({
      method: 'get', path: '/v1/projects/{project}/labels', access: 'annotator', summary: 'Labels that hold, newest first', params, query: listQuerySchema, reply: pageOf(labelSchema),
      handle: async ({ project, query }) => {
        const items = (await deps.labels.list(project.id, query.after ?? null, query.limit)).map((label) => ({ ...label, createdAt: label.createdAt.toISOString() }));
        return { items, next: items.length === query.limit ? (items.at(-1)?.id ?? null) : null };
      },
    }),
  ];
}
