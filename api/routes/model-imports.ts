import { z } from 'zod';
import type { ImportModelReply as Imported, ImportModelRequest } from '../../application/models/import-model.ts';
import { importModelFormSchema, importModelReplySchema } from '../../contracts/models.ts';
import type { createByteBudget } from '../receive-images.ts';
import { receiveModel } from '../receive-model.ts';
import { type Route, route } from '../route.ts';
import { createTeller } from './models.ts';

export interface ModelImportRoutesDependencies extends Pick<Parameters<typeof createTeller>[0], 'records' | 'datasets'> {
  readonly importModel: (request: ImportModelRequest) => Promise<Imported>;
  /** Of one file. */
  readonly bytesMax: number;
  /** Files that may be on their way and under trial together; who finds no room comes again. */
  readonly byteBudget: ReturnType<typeof createByteBudget>;
}

/** The route by which models made elsewhere come in. */
export function createModelImportRoutes(deps: ModelImportRoutesDependencies): Route[] {
  const tell = createTeller(deps);
  return [
    route({
      method: 'post', path: '/v1/projects/{project}/models', access: 'engineer', summary: 'Bring a model of your own, as ONNX', params: z.strictObject({ project: z.string() }),
      body: 'raw', form: importModelFormSchema, reply: importModelReplySchema, status: 201, key: 'own',
      handle: async ({ project, actor, key, request }) => {
        const release = deps.byteBudget.take(Number(request.get('content-length') ?? deps.bytesMax));
        try {
          const { bytes, sha256, about: { classes, renamed, promote, fileName, ...rest } } = await receiveModel(request, deps.bytesMax);
          const { version, ...found } = await deps.importModel({
            projectId: project.id, bytes, sha256, fileName: fileName ?? null, specification: { ...rest, classNames: classes }, renamed, promote,
            by: { id: actor.id, name: actor.name }, key: `import/${actor.kind}/${actor.id}/${key}`,
          });
          return { ...found, remarks: [...found.remarks], version: await tell.version(version) };
        } finally {
          release();
        }
      },
    }),
  ];
}
