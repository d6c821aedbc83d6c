import { z } from 'zod';
import { historyQuerySchema, historySchema } from '../../contracts/history.ts';
import type { HistoryReader } from '../../domain/ports-history.ts';
import { type Route, route } from '../route.ts';

/** Who did what, when, before and after. */
export function createHistoryRoutes({ history }: { history: HistoryReader }): Route[] {
  return [
    route({
      method: 'get', path: '/v1/projects/{project}/history', access: 'engineer', summary: 'Who did what, when, before and after', params: z.strictObject({ project: z.string() }), query: historyQuerySchema, reply: historySchema,
      handle: async ({ project: { id }, query: { actor, action, except, subject, after, limit } }) => {
        const events = await history.events(id, { actor: actor ?? null, action: action ?? null, except: except ?? null, subject: subject ?? null, after: after ?? null, limit });
        return { items: events.map((each) => ({ ...each, at: each.at.toISOString() })), next: events.length === limit ? (events.at(-1)?.id ?? null) : null };
      },
    }),
  ];
}
