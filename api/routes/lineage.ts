import { z } from 'zod';
import { idSchema } from '../../contracts/common.ts';
import { lineageSchema, lineageSubjectSchema } from '../../contracts/lineage.ts';
import type { LineageReader } from '../../domain/lineage.ts';
import { type Route, route } from '../route.ts';

/** The whole chain of a prediction, a label, an image or a model version, both ways. */
export function createLineageRoutes({ lineage }: { lineage: LineageReader }): Route[] {
  return [
    route({
      method: 'get', path: '/v1/projects/{project}/lineage/{kind}/{id}', access: 'engineer', summary: 'What something rests on, and what it changed',
      params: z.strictObject({ project: z.string(), kind: lineageSubjectSchema, id: idSchema }), reply: lineageSchema,
      handle: async ({ project, params: { kind, id } }) => {
        const read = { prediction: lineage.ofPrediction, label: lineage.ofLabel, image: lineage.ofImage, model_version: lineage.ofModelVersion }[kind];
        const graph = await read(project.id, id);
        return { subject: graph.subject, nodes: [...graph.nodes], edges: [...graph.edges] };
      },
    }),
  ];
}
