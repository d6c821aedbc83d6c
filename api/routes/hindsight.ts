import { z } from 'zod';
import { hindsight, type HindsightDependencies } from '../../application/models/hindsight.ts';
import { hindsightBodySchema, hindsightReplySchema } from '../../contracts/models.ts';
import { type Route, route } from '../route.ts';

/** What would have been, had another version or other thresholds been in service. */
export function createHindsightRoutes(deps: HindsightDependencies): Route[] {
  return [
    route({
      method: 'post', path: '/v1/projects/{project}/hindsight', access: 'engineer', summary: 'What a version, or other thresholds, would have done with images that came already',
      params: z.strictObject({ project: z.string() }), body: hindsightBodySchema, reply: hindsightReplySchema,
      handle: async ({ project: { id }, body: { version, flagging, imagesMax } }) => {
        // What is left out must not hide what the policy says.
        const changed = Object.fromEntries(Object.entries(flagging).filter(([, value]) => value !== undefined));
        const { weeks, cameras, ...reply } = await hindsight(deps, { projectId: id, number: version ?? null, imagesMax, flagging: changed });
        return { ...reply, weeks: [...weeks], cameras: [...cameras] };
      },
    }),
  ];
}
