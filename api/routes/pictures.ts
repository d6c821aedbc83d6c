import { z } from 'zod';
import { type SignView, viewsOf } from '../../application/review/show-item.ts';
import { picturesQuerySchema, picturesSchema } from '../../contracts/pictures.ts';
import type { PictureReader } from '../../domain/ports-pictures.ts';
import { type Route, route } from '../route.ts';

export interface PictureRoutesDependencies {
  readonly pictures: PictureReader;
  readonly hidden: (imageIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly sign: SignView;
}

/** Links to see images by, for pages that know them by id. */
export function createPictureRoutes({ pictures, hidden, sign }: PictureRoutesDependencies): Route[] {
  return [
    route({
      method: 'get', path: '/v1/projects/{project}/pictures', access: 'engineer', summary: 'Links to see images by', params: z.strictObject({ project: z.string() }), query: picturesQuerySchema, reply: picturesSchema,
      handle: async ({ project: { id }, query: { ids } }) => {
        const [facts, shut] = await Promise.all([pictures.facts(id, ids), hidden(ids)]);
        return {
          items: ids.flatMap((imageId) => {
            const known = facts.get(imageId);
            return known === undefined || shut.has(imageId) ? [] : [{ imageId, images: viewsOf(sign, id, imageId), camera: known.camera, capturedAt: known.capturedAt?.toISOString() ?? null, fileName: known.fileName }];
          }),
        };
      },
    }),
  ];
}
