import { z } from 'zod';
import { type SignView, viewsOf } from '../../application/review/show-item.ts';
import { idSchema } from '../../contracts/common.ts';
import { hiddenImagesQuerySchema, hiddenImagesSchema, visibilityBodySchema, visibilityReplySchema } from '../../contracts/image-visibility.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ImageVisibilityRecords } from '../../domain/ports-review.ts';
import { type Route, route } from '../route.ts';

export interface VisibilityRoutesDependencies {
  readonly visibility: ImageVisibilityRecords;
  readonly imageExists: (projectId: string, imageId: string) => Promise<boolean>;
  readonly sign: SignView;
}

const one = '/v1/projects/{project}/images/{image}/visibility';
const params = z.strictObject({ project: z.string(), image: idSchema });

/** Routes of pictures that are for admins alone. */
export function createVisibilityRoutes({ visibility, imageExists, sign }: VisibilityRoutesDependencies): Route[] {
  const tell = async (projectId: string, imageId: string) => {
    if (!(await imageExists(projectId, imageId))) throw new PerennialError('IMAGE_NOT_FOUND');
    const acts = await visibility.acts(projectId, imageId);
    return { hidden: acts[0]?.hidden ?? false, images: viewsOf(sign, projectId, imageId, 'admins'), acts: acts.map((act) => ({ ...act, at: act.at.toISOString() })) };
  };
  return [
    route({ method: 'get', path: one, access: 'admin', summary: 'Who may see a picture, and why', params, reply: visibilityReplySchema, handle: ({ project, params: { image } }) => tell(project.id, image) }),
    route({
      method: 'put', path: one, access: 'admin', summary: 'Hide a picture from all but admins, or show it again', params, body: visibilityBodySchema, reply: visibilityReplySchema,
      handle: async ({ project, params: { image }, body, actor }) => {
        await visibility.setVisibility({ projectId: project.id, imageId: image, hidden: body.hidden, reason: body.reason, by: actor.id });
        return tell(project.id, image);
      },
    }),
    route({
      method: 'get', path: '/v1/projects/{project}/hidden-images', access: 'admin', summary: 'Pictures that only admins see', params: z.strictObject({ project: z.string() }), query: hiddenImagesQuerySchema, reply: hiddenImagesSchema,
      handle: async ({ project, query }) => {
        const ids = await visibility.hiddenIds(project.id, { after: query.after ?? null, limit: query.limit });
        return { items: ids.map((imageId) => ({ imageId, images: viewsOf(sign, project.id, imageId, 'admins') })), next: ids.length === query.limit ? (ids.at(-1) ?? null) : null };
      },
    }),
  ];
}
