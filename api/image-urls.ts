import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { PerennialError } from '../domain/errors.ts';
import type { ImageViews, ViewKind } from '../application/images/image-views.ts';
import { type Route, route } from './route.ts';

/** Whom a link was made for. */
type Audience = 'everyone' | 'admins';

/** A link holds for at least this long; links of one period are equal, so that the browser's cache finds them again. */
const periodMs = 6 * 3600_000;

/** Links to views of images, signed by the api: the browser never talks to the store. */
export function createImageUrls(secret: string, now: () => number) {
  const signatureOf = (projectId: string, imageId: string, kind: string, until: number, whose: Audience): string =>
    createHmac('sha256', secret).update(`view\n${projectId}\n${imageId}\n${kind}\n${until}${whose === 'admins' ? '\nadmins' : ''}`).digest('base64url').slice(0, 32);
  return {
    /** A link made for admins shows hidden pictures, too: give it to nobody else. */
    sign(projectId: string, imageId: string, kind: ViewKind, whose: Audience = 'everyone'): string {
      const until = (Math.floor(now() / periodMs) + 2) * periodMs;
      return `/v1/views/${projectId}/${imageId}/${kind}?until=${until}${whose === 'admins' ? '&for=admins' : ''}&signature=${signatureOf(projectId, imageId, kind, until, whose)}`;
    },
    holds(projectId: string, imageId: string, kind: string, until: number, signature: string, whose: Audience = 'everyone'): boolean {
      const wanted = Buffer.from(signatureOf(projectId, imageId, kind, until, whose));
      const given = Buffer.from(signature);
      return until > now() && wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}
export type ImageUrls = ReturnType<typeof createImageUrls>;

export interface ViewRoutesDependencies {
  readonly urls: ImageUrls;
  readonly images: ImageViews;
  /** Those of the given images that only admins may see. */
  readonly hidden: (imageIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** Views are made once, kept, and served with a fixed type; originals go to engineers alone. */
export function createViewRoutes(deps: ViewRoutesDependencies): Route[] {
  const isHidden = async (imageId: string): Promise<boolean> => (await deps.hidden([imageId])).has(imageId);
  return [
    route({
      method: 'get', path: '/v1/views/{projectId}/{image}/{kind}', access: 'anyone', summary: 'A view of an image, by a link that the api signed',
      params: z.strictObject({ projectId: z.uuid(), image: z.uuid(), kind: z.enum(['thumbnail', 'fitted']) }), query: z.strictObject({ until: z.coerce.number().int(), signature: z.string().max(64), for: z.literal('admins').optional() }), reply: 'raw',
      handle: async ({ params, query, response }) => {
        if (!deps.urls.holds(params.projectId, params.image, params.kind, query.until, query.signature, query.for ?? 'everyone')) throw new PerennialError('IMAGE_NOT_FOUND');
        // Asked each time: a link that was given out before somebody saw a person in the picture ends there.
        const [hidden, bytes] = await Promise.all([query.for !== 'admins' && isHidden(params.image), deps.images.of(params.projectId, params.image, params.kind)]);
        if (hidden) throw new PerennialError('IMAGE_NOT_FOUND');
        response.set({ 'Content-Type': 'image/webp', 'Cache-Control': 'private, max-age=21600, immutable', 'Content-Security-Policy': "default-src 'none'; sandbox" });
        response.end(bytes);
      },
    }),
    route({
      method: 'get', path: '/v1/projects/{project}/images/{image}/original', access: 'engineer', summary: 'The bytes of an image as they arrived', params: z.strictObject({ project: z.string(), image: z.uuid() }), reply: 'raw',
      handle: async ({ project, params, response, actor }) => {
        if (actor.role !== 'admin' && (await isHidden(params.image))) throw new PerennialError('IMAGE_NOT_FOUND');
        const { bytes, mediaType } = await deps.images.original(project.id, params.image);
        response.set({ 'Content-Type': mediaType, 'Content-Disposition': 'attachment', 'Cache-Control': 'private, no-store', 'Content-Security-Policy': "default-src 'none'; sandbox" });
        response.end(bytes);
      },
    }),
  ];
}
