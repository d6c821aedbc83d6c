import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { Challenge } from '../../domain/ports-challenges.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { createChallengeRepository } from './challenge-repository.ts';
import { createDatabase, type Database } from './connection.ts';
import { createModelRepository } from './model-repository.ts';
import { createRouteReader } from './route-reader.ts';

let fresh: FreshDatabase;
let database: Database;
let projectId: string;
let championId: string;

beforeAll(async () => {
  fresh = await createFreshDatabase();
  database = createDatabase(fresh.databaseUrl, 6);
});
afterAll(async () => {
  await database.$disconnect();
  await fresh.drop();
});
beforeEach(async () => {
  [projectId, championId] = [uuidv7(), uuidv7()];
  await database.project.create({ data: { id: projectId, slug: projectId, name: 'test' } });
  await promote(null, championId);
});

const promote = (fromId: string | null, toId: string) => createModelRepository(database).promote({
  projectId, kind: fromId === null ? 'first' : 'promotion', fromId, toId, gateReportId: null, onCannotTell: false, reason: 'test', decidedBy: 'test', key: toId, eventDay: '2026-01-01',
});
const open = (key: string, kind: Challenge['kind'] = 'road', challengerId = uuidv7()) =>
  createChallengeRepository(database).open({ projectId, challengerId, championId, kind, gateReportId: null, startedBy: 'gate', key });
const step = (challenge: Challenge, after: number, stage: 'shadow' | 'canary' | 'bake' | 'held' | 'rolled_back' | 'cleared' | 'done', canaryPercent = 0) =>
  createChallengeRepository(database).append({ projectId, challengeId: challenge.id, after, stage, shadowPercent: 100, canaryPercent, decidedBy: 'gate', reason: 'test', key: `${after}/${stage}` });

describe('the road of a challenger', () => {
  it('ROAD4 is opened once for its key, and begins with its first step', async () => {
    const challenge = await open('a');
    expect(await open('a')).toEqual(challenge);
    expect(await createRouteReader(database).routeOf(projectId)).toBeNull();
    const first = await step(challenge, 0, 'shadow');
    expect(await step(challenge, 0, 'shadow')).toEqual(first);
    expect(await createRouteReader(database).routeOf(projectId)).toEqual({
      challengeId: challenge.id, sequence: 1, kind: 'road', challengerId: challenge.challengerId, championId, stage: 'shadow', shadowPercent: 100, canaryPercent: 0,
    });
  });
  it('ROAD5 is walked by one challenger a project: of those that set out at once, one does', async () => {
    const waiting = await Promise.all(['a', 'b', 'c', 'd'].map((key) => open(key)));
    const set = await Promise.allSettled(waiting.map((each) => step(each, 0, 'shadow')));
    expect(set.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of set) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'CHALLENGE_CONFLICT' });
  });
  it('ROAD6 a decision about a step that is past, or about a challenge that is over, has no effect', async () => {
    const challenge = await open('a');
    await step(challenge, 0, 'shadow');
    const both = await Promise.allSettled([step(challenge, 1, 'canary', 10), step(challenge, 1, 'held')]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await step(challenge, 2, 'rolled_back');
    await expect(step(challenge, 3, 'shadow')).rejects.toMatchObject({ code: 'CHALLENGE_CONFLICT' });
    expect(await createRouteReader(database).routeOf(projectId)).toBeNull();
  });
  it('ROAD7 bars who was rolled back until a person clears it', async () => {
    const records = createChallengeRepository(database);
    const challenge = await open('a');
    await step(challenge, 0, 'shadow');
    expect(await records.barred(projectId, challenge.challengerId)).toBe(false);
    await step(challenge, 1, 'rolled_back');
    expect(await records.barred(projectId, challenge.challengerId)).toBe(true);
    await step(challenge, 2, 'cleared');
    expect(await records.barred(projectId, challenge.challengerId)).toBe(false);
  });
  it('ROAD8 goes on behind the promotion, and leads nowhere where a third model was promoted', async () => {
    const routes = createRouteReader(database);
    const challenge = await open('a');
    await step(challenge, 0, 'canary', 50);
    await promote(championId, challenge.challengerId);
    await step(challenge, 1, 'bake', 100);
    expect(await routes.routeOf(projectId)).toMatchObject({ stage: 'bake', challengerId: challenge.challengerId, championId });
    await promote(challenge.challengerId, uuidv7());
    expect(await routes.routeOf(projectId)).toBeNull();
  });
  it('tells the routes of several projects, and what happened in the history', async () => {
    const challenge = await open('a');
    await step(challenge, 0, 'shadow');
    const [mine, first] = [projectId, challenge.id];
    [projectId] = [uuidv7()];
    const routes = await createRouteReader(database).routesOf([mine, projectId]);
    expect([...routes.entries()].map(([id, route]) => [id, route.challengeId])).toEqual([[mine, first]]);
    expect(await database.historyEvent.findFirst({ where: { subject: challenge.id } })).toMatchObject({ actor: 'gate', action: 'challenge.shadow', after: { stage: 'shadow', reason: 'test' } });
  });
});
