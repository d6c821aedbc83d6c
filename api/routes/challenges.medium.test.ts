import { afterAll, beforeAll, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { createAlertRepository } from '../../adapters/postgres/alert-repository.ts';
import { createChallengeRepository } from '../../adapters/postgres/challenge-repository.ts';
import { createDrillRepository } from '../../adapters/postgres/drill-repository.ts';
import { createModelRepository } from '../../adapters/postgres/model-repository.ts';
import { createRoadFigures } from '../../adapters/postgres/road-figures.ts';
import { lookAtRoad } from '../../application/challenges/look-at-road.ts';
import { challengeDetailSchema, challengeSchema, drillSchema } from '../../contracts/challenges.ts';
import { pageOf } from '../../contracts/common.ts';
import { promotionSchema } from '../../contracts/models.ts';
import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import { createApiWorld } from '../../testing/api-world.ts';
import { createChallengeRoutes } from './challenges.ts';
import { createModelRoutes } from './models.ts';

type ApiWorld = Awaited<ReturnType<typeof createApiWorld>>;
let api: ApiWorld;
let projectId: string;
let champion: ModelVersion;
let challenger: ModelVersion;
let engineer: string;
const asked: unknown[] = [];
const state: { policy: Policy } = { policy: { ...defaultPolicy, road: { ...defaultPolicy.road, stages: 'staged' } } };

const workflows = {
  startRoad: async (...of: unknown[]) => { asked.push(['start', ...of]); },
  actOnRoad: async (_project: string, _challenge: string, act: object) => { asked.push(act); return { outcome: 'done' as const, why: 'it was done' }; },
  drillNow: async () => ({ outcome: 'done' as const, why: 'there and back', backMs: 410, forthMs: 330 }),
};
/** The database is made with the world; the routes look for it when they are called. */
function late<T extends object>(make: (database: ApiWorld['database']) => T): T {
  return new Proxy({} as T, { get: (_none, name) => Reflect.get(make(api.database), name) as unknown });
}
const deps = {
  challenges: late(createChallengeRepository), records: late(createModelRepository), figures: late(createRoadFigures), alerts: late(createAlertRepository), drills: late(createDrillRepository),
  policy: async () => state.policy, clock: { now: () => new Date() }, random: () => 0.5, workflows,
};

beforeAll(async () => {
  api = await createApiWorld([
    ...createChallengeRoutes(deps),
    ...createModelRoutes({ records: deps.records, datasets: { byId: async () => null }, clock: deps.clock, servingFollows: async () => true, policy: deps.policy, workflows: null as never }),
  ]);
  projectId = await api.project('north');
  engineer = (await api.key('engineer', projectId)).secret;
  const make = (key: string) => deps.records.insertVersion({
    projectId, kind: 'light', key, runId: null, datasetVersionId: null, classSetId: uuidv7(), backboneDigest: 'b', backboneKey: 'b', preprocessing: null, preprocessingDigest: 'p', headKey: 'h', artifactKey: 'a', artifactSha256: null, artifactBytes: 1, dimensions: 4, mlflowVersion: '1',
  });
  [champion, challenger] = [await make('one'), await make('two')];
  await deps.records.promote({ projectId, kind: 'first', fromId: null, toId: champion.id, gateReportId: null, onCannotTell: false, reason: 'first', decidedBy: 'gate', key: 'first', eventDay: '2026-01-01' });
});
afterAll(async () => {
  await api.close();
});

const send = (method: 'get' | 'post', path: string, body?: object, key: string = engineer) => {
  const request = api.call(method, `/v1/projects/north${path}`).set('x-api-key', key);
  return method === 'get' ? request : request.set('Idempotency-Key', uuidv7()).send(body ?? {});
};
const start = (number = 2) => send('post', `/model-versions/${number}/challenge`, { reason: 'let it be compared' });

it('F40 every route of the road states who may call it', async () => {
  const least = Object.fromEntries(createChallengeRoutes(deps).map(({ method, path, access }) => [`${method} ${path.replace('/v1/projects/{project}', '')}`, access]));
  expect(least).toEqual({
    'get /challenges': 'annotator', 'get /challenges/{challenge}': 'annotator', 'post /model-versions/{number}/challenge': 'engineer', 'post /challenges/{challenge}/acts': 'engineer', 'post /challenges/{challenge}/clearance': 'engineer',
    'get /rollback-drills': 'annotator', 'post /rollback-drills': 'engineer', 'get /alerts': 'annotator', 'post /alerts/{kind}/resolution': 'engineer',
  });
  const annotator = (await api.key('annotator', projectId)).secret;
  expect((await send('post', '/model-versions/2/challenge', { reason: 'x' }, annotator)).status).toBe(403);
});

it('a person lets a version set out, sees where it stands, and decides', async () => {
  const opened = challengeSchema.parse((await start()).body);
  expect(opened).toMatchObject({ challenger: 2, champion: 1, stage: null });
  expect(asked.at(-1)).toEqual(['start', projectId, opened.id]);
  await lookAtRoad(deps, { projectId, challengeId: opened.id });
  const detail = challengeDetailSchema.parse((await send('get', `/challenges/${opened.id}`)).body);
  expect(detail).toMatchObject({ stage: 'shadow', shadowPercent: 100, evidence: { compared: 0, disagreements: { observed: 0, eValue: 1 } }, next: { act: 'stay' }, approvalsWanted: 0, steps: [{ sequence: 1, stage: 'shadow' }] });
  const acted = await send('post', `/challenges/${opened.id}/acts`, { act: 'approve', reason: 'looked at 60 disagreements' });
  expect(acted.body).toEqual({ outcome: 'done', why: 'it was done' });
  expect(asked.at(-1)).toMatchObject({ act: 'approve', by: expect.stringContaining('engineer (') as string });
  expect((await send('post', `/challenges/${opened.id}/acts`, { act: 'jump', reason: 'x' })).status).toBe(400);
  expect((await send('post', `/challenges/${uuidv7()}/acts`, { act: 'hold', reason: 'x' })).body).toMatchObject({ code: 'CHALLENGE_NOT_FOUND' });
  expect(pageOf(challengeSchema).parse((await send('get', '/challenges')).body).items).toHaveLength(1);
});

it('who was rolled back is barred until a person clears it', async () => {
  const { id } = pageOf(challengeSchema).parse((await send('get', '/challenges')).body).items[0]!;
  expect((await send('post', `/challenges/${id}/clearance`, { reason: 'x' })).body).toMatchObject({ code: 'CHALLENGE_CONFLICT' });
  await deps.challenges.append({ projectId, challengeId: id, after: 1, stage: 'rolled_back', shadowPercent: 0, canaryPercent: 0, decidedBy: 'gate', reason: 'e-value over 100', key: 'back' });
  expect((await start()).body).toMatchObject({ code: 'CHALLENGE_BARRED' });
  expect((await send('post', `/challenges/${id}/clearance`, { reason: 'the camera was at fault' })).status).toBe(200);
  expect((await start()).status).toBe(201);
});

it('where two people decide, one alone promotes nothing past the road; going back stays anybody’s', async () => {
  state.policy = { ...state.policy, road: { ...state.policy.road, approvalsWanted: 2 } };
  expect((await send('post', '/model-versions/2/promotion', { reason: 'hurry' })).body).toMatchObject({ code: 'PROMOTION_HELD' });
  state.policy = { ...state.policy, road: { ...state.policy.road, approvalsWanted: 0 } };
  expect((await send('post', '/model-versions/2/promotion', { reason: 'hurry' })).status).toBe(201);
  state.policy = { ...state.policy, road: { ...state.policy.road, approvalsWanted: 2 } };
  expect((await send('post', '/rollback', { reason: 'worse' })).status).toBe(201);
});

it('tells who was champion until when, by whom and on what evidence', async () => {
  const report = await deps.records.insertGateReport({ projectId, championId: champion.id, challengerId: challenger.id, verdict: 'pass', sentence: 'not worse', checks: [], key: 'g' }, []);
  await deps.records.promote({ projectId, kind: 'promotion', fromId: champion.id, toId: challenger.id, gateReportId: report.id, onCannotTell: false, reason: 'not worse', decidedBy: 'gate', key: 'again', eventDay: '2026-01-02' });
  const { items } = pageOf(promotionSchema).parse((await send('get', '/promotions')).body);
  expect(items[0]).toMatchObject({ to: 2, until: null, gate: { id: report.id, verdict: 'pass', sentence: 'not worse' } });
  expect(items[1]).toMatchObject({ kind: 'rollback', until: items[0]?.createdAt, gate: null });
});

it('drills and alerts are told; an alert that was seen to is closed', async () => {
  expect((await send('post', '/rollback-drills')).body).toEqual({ outcome: 'done', why: 'there and back', backMs: 410, forthMs: 330 });
  await deps.drills.keep({ projectId, championId: champion.id, formerId: challenger.id, outcome: 'done', sentence: 'there and back', backMs: 410, forthMs: 330, startedBy: 'Ada', key: 'd' });
  expect(pageOf(drillSchema).parse((await send('get', '/rollback-drills')).body).items).toMatchObject([{ champion: 1, former: 2, backMs: 410 }]);
  await deps.alerts.raise({ projectId, kind: 'alias_moved', sentence: 'somebody moved it' });
  expect((await send('get', '/alerts')).body.items).toMatchObject([{ kind: 'alias_moved', sentence: 'somebody moved it' }]);
  expect((await send('post', '/alerts/alias_moved/resolution')).status).toBe(200);
  expect((await send('get', '/alerts')).body.items).toEqual([]);
});
