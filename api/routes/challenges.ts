import { z } from 'zod';
import {
  alertSchema, challengeActBodySchema, challengeActReplySchema, challengeDetailSchema, challengeSchema, clearChallengeBodySchema, drillSchema, runDrillReplySchema, startChallengeBodySchema,
} from '../../contracts/challenges.ts';
import { idSchema, pageOf, pageQuerySchema } from '../../contracts/common.ts';
import type { RoadDependencies } from '../../application/challenges/road-dependencies.ts';
import { clearChallenger } from '../../application/challenges/clear-challenger.ts';
import { openChallenge } from '../../application/challenges/set-out.ts';
import { createChallengeTeller } from '../../application/challenges/tell-challenge.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Challenge, DrillRecords } from '../../domain/ports-challenges.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';
import type { Actor } from '../../domain/roles.ts';
import { type Route, route } from '../route.ts';

export interface ChallengeRoutesDependencies extends RoadDependencies {
  readonly drills: DrillRecords;
  readonly workflows: Pick<Workflows, 'startRoad' | 'actOnRoad' | 'drillNow'>;
}

const project = '/v1/projects/{project}';
const projectParams = z.strictObject({ project: z.string() });
const oneParams = z.strictObject({ project: z.string(), challenge: idSchema });
const doneSchema = z.strictObject({ outcome: z.literal('done'), why: z.string() });

/** Two people are two accounts, whatever they call themselves. */
const nameOf = ({ name, id }: Actor): string => `${name} (${id})`;

/** Routes of the road: who is on it, on what evidence, what people decide, and rollback drills. */
export function createChallengeRoutes(deps: ChallengeRoutesDependencies): Route[] {
  const tell = createChallengeTeller(deps);
  const one = async (projectId: string, id: string): Promise<Challenge> => {
    const challenge = await deps.challenges.byId(projectId, id);
    if (challenge === null || challenge.kind !== 'road') throw new PerennialError('CHALLENGE_NOT_FOUND');
    return challenge;
  };
  return [
    route({
      method: 'get', path: `${project}/challenges`, access: 'annotator', summary: 'Challengers and where they stand, newest first', params: projectParams, query: pageQuerySchema, reply: pageOf(challengeSchema),
      handle: async ({ project: { id }, query }) => ({ items: await Promise.all((await deps.challenges.list(id, query.limit)).map((each) => tell.short(each))), next: null }),
    }),
    route({
      method: 'get', path: `${project}/challenges/{challenge}`, access: 'annotator', summary: 'A challenger’s steps, the evidence, and what comes next', params: oneParams, reply: challengeDetailSchema,
      handle: async ({ project: { id }, params }) => tell.full(await one(id, params.challenge)),
    }),
    route({
      method: 'post', path: `${project}/model-versions/{number}/challenge`, access: 'engineer', summary: 'Let a model version set out in shadow', key: 'required',
      params: z.strictObject({ project: z.string(), number: z.coerce.number().int().min(1) }), body: startChallengeBodySchema, reply: challengeSchema, status: 201,
      handle: async ({ project: { id }, params, body, key, actor }) => {
        const version = await deps.records.versionByNumber(id, params.number);
        if (version === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', undefined, { number: params.number });
        const report = await deps.records.gateReportFor(id, version.id);
        const challenge = await openChallenge(deps, { projectId: id, challengerId: version.id, gateReportId: report?.id ?? null, startedBy: `${actor.name}: ${body.reason}`, key: `${actor.id}/${key}` });
        await deps.workflows.startRoad(id, challenge.id);
        return tell.short(challenge);
      },
    }),
    route({
      method: 'post', path: `${project}/challenges/{challenge}/acts`, access: 'engineer', summary: 'Approve, hold, abort or roll back', key: 'required', params: oneParams, body: challengeActBodySchema, reply: challengeActReplySchema,
      handle: async ({ project: { id }, params, body, key, actor }) => {
        await one(id, params.challenge);
        return deps.workflows.actOnRoad(id, params.challenge, { ...body, by: nameOf(actor), key: `${actor.id}/${key}` });
      },
    }),
    route({
      method: 'post', path: `${project}/challenges/{challenge}/clearance`, access: 'engineer', summary: 'Let a challenger that was rolled back try again', params: oneParams, body: clearChallengeBodySchema, reply: doneSchema,
      handle: async ({ project: { id }, params, body, actor }) => {
        await clearChallenger(deps, await one(id, params.challenge), { by: nameOf(actor), reason: body.reason });
        return { outcome: 'done' as const, why: 'the challenger may set out again' };
      },
    }),
    route({
      method: 'get', path: `${project}/rollback-drills`, access: 'annotator', summary: 'Rehearsals of a rollback, newest first', params: projectParams, query: pageQuerySchema, reply: pageOf(drillSchema),
      handle: async ({ project: { id }, query }) => ({ items: await Promise.all((await deps.drills.list(id, query.limit)).map((each) => tell.drill(each))), next: null }),
    }),
    route({
      method: 'post', path: `${project}/rollback-drills`, access: 'engineer', summary: 'Rehearse a rollback now, on a route that nobody sees', params: projectParams, reply: runDrillReplySchema, key: 'required',
      handle: async ({ project: { id }, key, actor }) => deps.workflows.drillNow({ projectId: id, startedBy: actor.name, key: `${actor.id}/${key}` }),
    }),
    route({
      method: 'get', path: `${project}/alerts`, access: 'annotator', summary: 'What a person should know of now', params: projectParams, reply: pageOf(alertSchema),
      handle: async ({ project: { id } }) => ({ items: (await deps.alerts.open(id)).map(({ kind, sentence, createdAt }) => ({ kind, sentence, at: createdAt.toISOString() })), next: null }),
    }),
    route({
      method: 'post', path: `${project}/alerts/{kind}/resolution`, access: 'engineer', summary: 'Say that an alert was seen to', params: z.strictObject({ project: z.string(), kind: z.string().regex(/^[a-z_]{1,60}$/) }), reply: doneSchema,
      handle: async ({ project: { id }, params }) => {
        await deps.alerts.resolve(id, params.kind);
        return { outcome: 'done' as const, why: 'the alert is closed' };
      },
    }),
  ];
}
