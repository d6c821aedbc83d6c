import { z } from 'zod';
import { pageOf } from '../../contracts/common.ts';
import { editScheduleSchema, scheduleSchema } from '../../contracts/models.ts';
import { scheduleNames, type Workflows } from '../../domain/ports-workflows.ts';
import { type Route, route } from '../route.ts';

const base = '/v1/projects/{project}/schedules';
const projectParams = z.strictObject({ project: z.string() });
const oneParams = z.strictObject({ project: z.string(), name: z.enum(scheduleNames) });
const okSchema = z.strictObject({ outcome: z.literal('done'), why: z.string() });

/** Routes of schedules: see, pause, move, run now. */
export function createScheduleRoutes({ workflows }: { workflows: Workflows }): Route[] {
  return [
    route({
      method: 'get', path: base, access: 'annotator', summary: 'When rounds are collected and models retrained', params: projectParams, reply: pageOf(scheduleSchema),
      handle: async ({ project }) => {
        await workflows.ensureSchedules(project);
        const items = (await workflows.schedules(project.id)).map((each) => ({ ...each, nextAt: each.nextAt?.toISOString() ?? null, lastAt: each.lastAt?.toISOString() ?? null }));
        return { items, next: null };
      },
    }),
    route({
      method: 'patch', path: `${base}/{name}`, access: 'engineer', summary: 'Pause, resume or move a schedule', params: oneParams, body: editScheduleSchema, reply: okSchema,
      handle: async ({ project, params, body }) => {
        await workflows.ensureSchedules(project);
        await workflows.editSchedule(project.id, params.name, body);
        return { outcome: 'done' as const, why: `schedule ${params.name} was changed` };
      },
    }),
    route({
      method: 'post', path: `${base}/{name}/run`, access: 'engineer', summary: 'Run a schedule’s work now', params: oneParams, reply: okSchema,
      handle: async ({ project, params }) => {
        await workflows.ensureSchedules(project);
        await workflows.runSchedule(project.id, params.name);
        return { outcome: 'done' as const, why: `schedule ${params.name} was started` };
      },
    }),
  ];
}
