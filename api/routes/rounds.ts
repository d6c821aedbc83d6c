import { z } from 'zod';
import { peopleStatistics, personStatistics } from '../../application/review/person-statistics.ts';
import { roundItems, roundProgress, type RoundFiguresDependencies } from '../../application/review/round-figures.ts';
import { showRound } from '../../application/review/show-item.ts';
import { idSchema, pageOf } from '../../contracts/common.ts';
import { openRoundBodySchema, openRoundReplySchema, roundSchema } from '../../contracts/reviews.ts';
import { deadlineBodySchema, peopleStatisticsSchema, personStatisticsSchema, roundItemSchema, roundItemsQuerySchema, roundProgressSchema, roundsQuerySchema, statisticsQuerySchema } from '../../contracts/review-rounds.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ReviewRecords, RoundFigureRecords, StatisticsRecords } from '../../domain/ports-review.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import { type Route, route } from '../route.ts';

export interface RoundRoutesDependencies extends RoundFiguresDependencies {
  readonly reviews: ReviewRecords & RoundFigureRecords & StatisticsRecords;
  readonly workflows: Pick<Workflows, 'collectNow'>;
}

const base = '/v1/projects/{project}';
const projectParams = z.strictObject({ project: z.string() });
const roundParams = z.strictObject({ project: z.string(), round: idSchema });

/** Routes of rounds: opened, looked at, extended, closed; and what people did in them. */
export function createRoundRoutes(deps: RoundRoutesDependencies): Route[] {
  const { reviews } = deps;
  const shown = async (projectId: string, roundId: string) => {
    const round = await reviews.round(projectId, roundId);
    if (round === null) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
    return showRound(round);
  };
  return [
    route({
      method: 'get', path: `${base}/rounds`, access: 'annotator', summary: 'Review rounds, newest first', params: projectParams, query: roundsQuerySchema, reply: pageOf(roundSchema),
      handle: async ({ project, query }) => {
        const items = (await reviews.rounds(project.id, query.limit, query.after ?? null)).map(showRound);
        return { items, next: items.length === query.limit ? String(items.at(-1)?.number) : null };
      },
    }),
    route({
      method: 'post', path: `${base}/rounds`, access: 'engineer', summary: 'Collect flagged images into a round now', params: projectParams, body: openRoundBodySchema, reply: openRoundReplySchema, key: 'required',
      handle: async ({ project, body, key, actor }) => {
        const { outcome, why, roundId } = await deps.workflows.collectNow({ projectId: project.id, reason: body.reason, key: `${actor.id}/${key}`, itemsMax: body.itemsMax ?? null });
        return { outcome, why, round: roundId === null ? null : await shown(project.id, roundId) };
      },
    }),
    route({ method: 'get', path: `${base}/rounds/{round}`, access: 'annotator', summary: 'One round', params: roundParams, reply: roundSchema, handle: ({ project, params }) => shown(project.id, params.round) }),
    route({
      method: 'post', path: `${base}/rounds/{round}/close`, access: 'engineer', summary: 'Close a round', params: roundParams, reply: roundSchema,
      handle: async ({ project, params, actor }) => {
        await reviews.closeRound({ projectId: project.id, roundId: params.round, because: `closed by ${actor.name}` });
        return shown(project.id, params.round);
      },
    }),
    route({
      method: 'post', path: `${base}/rounds/{round}/deadline`, access: 'engineer', summary: 'Move the end of an open round', params: roundParams, body: deadlineBodySchema, reply: roundSchema,
      handle: async ({ project, params, body }) => {
        await reviews.moveDeadline({ projectId: project.id, roundId: params.round, deadlineAt: new Date(body.deadlineAt) });
        return shown(project.id, params.round);
      },
    }),
    route({ method: 'get', path: `${base}/rounds/{round}/progress`, access: 'annotator', summary: 'Live figures of a round', params: roundParams, reply: roundProgressSchema, handle: ({ project, params }) => roundProgress(deps, project.id, params.round) }),
    route({
      method: 'get', path: `${base}/rounds/{round}/items`, access: 'adjudicator', summary: 'Items of a round', params: roundParams, query: roundItemsQuerySchema, reply: pageOf(roundItemSchema),
      handle: ({ project, params, query }) => roundItems(deps, { projectId: project.id, roundId: params.round, after: query.after, limit: query.limit, state: query.state }),
    }),
    route({
      method: 'get', path: `${base}/review/statistics`, access: 'annotator', summary: 'What I answered, and how fast', params: projectParams, query: statisticsQuerySchema, reply: personStatisticsSchema,
      handle: ({ project, query, actor }) => personStatistics(deps, { projectId: project.id, userId: actor.id, days: query.days, timeZone: project.timeZone }),
    }),
    route({
      method: 'get', path: `${base}/people/statistics`, access: 'engineer', summary: 'What everybody answered, and how fast', params: projectParams, query: statisticsQuerySchema, reply: peopleStatisticsSchema,
      handle: ({ project, query }) => peopleStatistics(deps, { projectId: project.id, days: query.days, timeZone: project.timeZone }),
    }),
  ];
}
