import { z } from 'zod';
import { showCameras } from '../../application/predictions/show-cameras.ts';
import { camerasQuerySchema, camerasSchema } from '../../contracts/cameras.ts';
import type { CameraReader } from '../../domain/ports-cameras.ts';
import { type Route, route } from '../route.ts';

/** How each camera goes: images, accuracy, flags, sharpness and novelty by week, and where it stands. */
export function createCameraRoutes({ cameras }: { cameras: CameraReader }): Route[] {
  return [
    route({
      method: 'get', path: '/v1/projects/{project}/cameras', access: 'engineer', summary: 'How each camera goes, by week', params: z.strictObject({ project: z.string() }), query: camerasQuerySchema, reply: camerasSchema,
      handle: async ({ project: { id }, query: { weeks } }) => showCameras({ cameras }, id, weeks),
    }),
  ];
}
