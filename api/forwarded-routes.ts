import { z } from 'zod';
import { storedImageSchema } from '../contracts/datasets.ts';
import { aboutImageSchema, aboutManySchema, predictionSchema, predictManyReplySchema, tryQuerySchema, tryReplySchema } from '../contracts/predictions.ts';
import type { Route } from './route.ts';

/** A route of serving that the api passes on: declared here for whoever passes it on and for the OpenAPI document. */
export type ForwardedRoute = Omit<Route, 'handle'>;

const params = z.strictObject({ project: z.string() });
const images = ['image/jpeg', 'image/png', 'image/webp'] as const;
const manyImages = z.strictObject({
  about: aboutManySchema.optional().describe('One entry for each image, in order'),
  images: z.array(z.string().meta({ format: 'binary' })).max(256),
});

/** Serving answers these itself, with its own key check; the api forwards them for whoever wants one address. */
export const forwardedRoutes: readonly ForwardedRoute[] = [
  {
    method: 'post', path: '/v1/projects/{project}/predictions', access: 'camera', summary: 'Store and predict one image, or many in a form', params, query: aboutImageSchema, key: 'required',
    body: 'raw', media: images, form: manyImages, reply: z.union([predictionSchema, predictManyReplySchema]),
  },
  { method: 'post', path: '/v1/projects/{project}/images', access: 'camera', summary: 'Store one image without predicting it', params, query: aboutImageSchema, key: 'required', body: 'raw', media: images, reply: storedImageSchema },
  { method: 'post', path: '/v1/projects/{project}/try', access: 'camera', summary: 'Ask about one image and leave no trace', params, query: tryQuerySchema, key: 'none', body: 'raw', media: images, reply: tryReplySchema },
];
