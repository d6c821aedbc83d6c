import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { createDrillRepository } from '../../adapters/postgres/drill-repository.ts';
import { createRouteReader } from '../../adapters/postgres/route-reader.ts';
import type { Challenge } from '../../domain/ports-challenges.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import { createRoadWorld, type RoadWorld } from '../../testing/road-world.ts';
import { clearChallenger } from './clear-challenger.ts';
import { drillRollback } from './drill-rollback.ts';
import { lookAtRoad } from './look-at-road.ts';
import { openChallenge } from './set-out.ts';
import { stepOn } from './step-on.ts';
import { testAlarms } from './test-alarms.ts';

let world: RoadWorld;
let challenger: ModelVersion;
let challenge: Challenge;

beforeEach(async () => {
  world = await createRoadWorld();
  challenger = await world.make('challenger');
  challenge = await world.open(challenger);
});
afterEach(() => world.drop());

const look = (of: Challenge = challenge) => lookAtRoad(world.deps, { projectId: world.projectId, challengeId: of.id });
const step = (after: number, stage: 'canary' | 'bake' | 'held' | 'done' | 'rolled_back' | 'aborted', more: object = {}) => stepOn(world.deps, { projectId: world.projectId, challengeId: challenge.id, after, stage, decidedBy: 'gate', reason: 'test', ...more });
/** Reviewed disagreements: in the last `wrong` of them the challenger was. */
async function disagree(wrong: number, right: number): Promise<void> {
  for (let at = 0; at < wrong + right; at += 1) {
    const prediction = await world.predict(world.champion, 0);
    await world.shadow(challenge, prediction, challenger, 1);
    await world.label(prediction.imageId, at < right ? 1 : 0);
  }
}

describe('a look at the road', () => {
  it('lets it set out in shadow, seeing all of the traffic where both share a backbone, a part where not', async () => {
    expect(await look()).toMatchObject({ outcome: 'on_road', sequence: 1, decision: { act: 'stay' } });
    expect(await createRouteReader(world.database).routeOf(world.projectId)).toMatchObject({ stage: 'shadow', shadowPercent: 100, canaryPercent: 0 });
    const other = await world.open(await world.make('other', 'another backbone'));
    expect(await look(other)).toMatchObject({ outcome: 'on_road' });
    expect(await createRouteReader(world.database).routeOf(world.projectId)).toMatchObject({ challengerId: other.challengerId, shadowPercent: 20 });
    expect(await look()).toMatchObject({ outcome: 'over', why: 'a newer challenger took its place in shadow' });
  });
  it('ROAD22 behind one that answers people a newer one waits; only the newest of those that wait', async () => {
    await look();
    await step(1, 'canary', { canaryPercent: 10 });
    const [second, third] = [await world.open(await world.make('second')), await world.open(await world.make('third'))];
    expect(await look(second)).toMatchObject({ outcome: 'over', why: 'a newer challenger waits in its place' });
    expect(await look(third)).toMatchObject({ outcome: 'waits' });
    await step(2, 'rolled_back');
    expect(await look(third)).toMatchObject({ outcome: 'on_road' });
  });
  it('one that waited while another was promoted meets that one at the gate', async () => {
    await look();
    await step(1, 'canary', { canaryPercent: 10 });
    const second = await world.open(await world.make('second'));
    expect(await look(second)).toMatchObject({ outcome: 'waits' });
    await world.promote(challenge);
    await step(2, 'done');
    expect(await look(second)).toMatchObject({ outcome: 'overtaken', challengerId: second.challengerId });
  });
  it('asks people, blind, about disagreements, one of a burst, and about the drawn few', async () => {
    await look();
    const burst = [await world.predict(world.champion, 0, { burstKey: 'b' }), await world.predict(world.champion, 0, { burstKey: 'b' })];
    for (const each of burst) await world.shadow(challenge, each, challenger, 1);
    const drawn = await world.predict(world.champion, 0);
    await world.shadow(challenge, drawn, challenger, 0, true);
    const waiting = await world.predict(world.champion, 0);
    await world.database.reviewItem.create({ data: { id: uuidv7(), projectId: world.projectId, imageId: waiting.imageId, predictionId: waiting.id, purpose: 'flagged', blind: false, value: 0.1, state: 'waiting' } });
    await world.shadow(challenge, waiting, challenger, 1);
    for (let again = 0; again < 2; again += 1) {
      await look();
      const items = await world.database.reviewItem.findMany({ where: { projectId: world.projectId }, orderBy: { createdAt: 'asc' } });
      expect(items.map(({ predictionId }) => String(predictionId)).toSorted()).toEqual([burst[0]!.id, drawn.id, waiting.id].toSorted());
      expect(items.every(({ blind, state, value }) => blind && state === 'waiting' && value === 1.5)).toBe(true);
      expect((await world.database.flag.findMany({ where: { reason: 'disagreement' } })).map(({ predictionId }) => predictionId).toSorted()).toEqual([...burst.map(({ id }) => id), waiting.id].toSorted());
    }
  });
  it('judges by blind answers that came after both models spoke, one a burst, and by nothing else', async () => {
    await look();
    const make = async (burstKey?: string) => { const prediction = await world.predict(world.champion, 0, burstKey === undefined ? {} : { burstKey }); await world.shadow(challenge, prediction, challenger, 1); return prediction; };
    await world.label((await make()).imageId, 0);
    await world.label((await make()).imageId, 1);
    for (let at = 0; at < 2; at += 1) await world.label((await make('b')).imageId, 0);
    await world.label((await make()).imageId, 7);
    await world.label((await make()).imageId, 0, { blind: false });
    await world.label((await make()).imageId, 0, { createdAt: new Date(Date.now() - 60_000) });
    const byChallenger = await world.predict(challenger, 1);
    await world.shadow(challenge, byChallenger, world.champion, 0);
    await world.label(byChallenger.imageId, 0);
    expect((await look()).evidence?.disagreements).toMatchObject({ observed: 4, challengerFailed: 3 });
  });
  it('warns, and then ends what is the worse one', async () => {
    await look();
    await world.compared(challenge, 500, 30);
    await disagree(9, 1);
    expect((await look()).decision).toMatchObject({ act: 'stay', warn: expect.any(String) as string });
    expect(await world.deps.alerts.open(world.projectId)).toMatchObject([{ kind: 'challenge_warning' }]);
    await disagree(6, 0);
    expect((await look()).decision).toMatchObject({ act: 'end', stage: 'aborted' });
    await step(1, 'aborted');
    expect(await world.deps.alerts.open(world.projectId)).toMatchObject([{ kind: 'challenge_ended' }]);
    await expect(openChallenge(world.deps, { projectId: world.projectId, challengerId: challenger.id, gateReportId: null, startedBy: 'gate', key: 'again' })).rejects.toMatchObject({ code: 'CHALLENGE_BARRED' });
    await clearChallenger(world.deps, challenge, { by: 'Ada', reason: 'the camera was at fault' });
    const again = await openChallenge(world.deps, { projectId: world.projectId, challengerId: challenger.id, gateReportId: null, startedBy: 'gate', key: 'again' });
    expect(await look(again)).toMatchObject({ outcome: 'on_road' });
  });
  it('a hard fault of the challenger ends it at once; a comparison that is missing is a failure', async () => {
    await look();
    await world.predict(world.champion, 0);
    const createdAt = new Date(Date.now() + 40_000);
    for (let at = 0; at < 50; at += 1) await world.predict(world.champion, 0, { createdAt });
    expect((await look()).decision).toMatchObject({ act: 'end', stage: 'aborted', why: '50 images were answered and none was compared' });
    await world.compared(challenge, 50, 2);
    expect((await look()).decision).toMatchObject({ act: 'stay' });
    await world.shadows.fault({ projectId: world.projectId, challengeId: challenge.id, modelVersionId: world.champion.id, code: 'MODEL_LOAD_FAILED', sentence: 'the other one', processId: uuidv7() });
    expect((await look()).decision).toMatchObject({ act: 'stay' });
    await world.shadows.fault({ projectId: world.projectId, challengeId: challenge.id, modelVersionId: challenger.id, code: 'MODEL_OUTPUT_NOT_FINITE', sentence: 'NaN', processId: uuidv7() });
    expect((await look()).decision).toMatchObject({ act: 'end', why: 'MODEL_OUTPUT_NOT_FINITE: NaN' });
    expect(await world.deps.challenges.unended()).toEqual([{ projectId: world.projectId, challengeId: challenge.id, faulted: true }]);
  });
  it('counts a failing camera-day once, for the arm it was in, audited or reported alone', async () => {
    await look();
    await step(1, 'canary', { canaryPercent: 10 });
    const fail = async (by: ModelVersion, day: string, audit = true) => { await world.label((await world.predict(by, 1, { day, audit })).imageId, 0); };
    await fail(challenger, '2026-01-01');
    await fail(challenger, '2026-01-01');
    await fail(challenger, '2026-01-02');
    await fail(world.champion, '2026-01-03');
    await fail(challenger, '2026-01-04', false);
    const reported = await world.predict(challenger, 1, { day: '2026-01-05' });
    await world.database.flag.create({ data: { id: uuidv7(), projectId: world.projectId, predictionId: reported.id, reason: 'reported' } });
    await world.label(reported.imageId, 0);
    const { evidence } = await look();
    expect(evidence?.failures).toMatchObject({ observed: 4, challengerFailed: 3 });
    expect(evidence).toMatchObject({ challengerImages: 5 });
  });
  it('walks to the end: canary, promotion, bake; and says what happened in the history', async () => {
    await look();
    await world.compared(challenge, 500, 60);
    await disagree(25, 30);
    expect((await look()).decision).toMatchObject({ act: 'canary', canaryPercent: 10 });
    await step(1, 'canary', { canaryPercent: 10 });
    for (let at = 0; at < 3; at += 1) await world.predict(challenger, 1);
    expect((await look()).decision).toMatchObject({ act: 'promote' });
    expect(await world.promote(challenge)).toMatchObject({ outcome: 'done' });
    expect(await world.promote(challenge)).toMatchObject({ outcome: 'skipped' });
    await step(2, 'bake');
    expect(await createRouteReader(world.database).routeOf(world.projectId)).toMatchObject({ stage: 'bake', shadowPercent: 100, championId: world.champion.id });
    expect((await look()).decision).toMatchObject({ act: 'end', stage: 'done' });
    await step(3, 'done');
    expect(await look()).toMatchObject({ outcome: 'over' });
    const events = await world.database.historyEvent.findMany({ where: { projectId: world.projectId }, orderBy: { id: 'asc' }, select: { action: true } });
    expect(events.map(({ action }) => action).filter((action) => /^(challenge|model)/.test(action))).toEqual(['model.first', 'challenge.shadow', 'challenge.canary', 'model.promotion', 'challenge.bake', 'challenge.done']);
  });
  it('in the bake it judges anew: what was good in shadow outweighs nothing', async () => {
    await look();
    await disagree(0, 40);
    await step(1, 'canary', { canaryPercent: 10 });
    await world.promote(challenge);
    await step(2, 'bake');
    expect((await look()).evidence?.disagreements.observed).toBe(0);
    await disagree(14, 0);
    expect((await look()).decision).toMatchObject({ act: 'end', stage: 'rolled_back', why: expect.stringContaining('14 of 14') as string });
  });
  it('in the bake the champion before comes back, once', async () => {
    await look();
    await step(1, 'canary', { canaryPercent: 10 });
    await world.promote(challenge);
    await step(2, 'bake');
    expect(await world.rollBack(challenge)).toMatchObject({ outcome: 'done' });
    expect(await world.rollBack(challenge)).toMatchObject({ outcome: 'skipped' });
    expect((await world.deps.records.champion(world.projectId))?.id).toBe(world.champion.id);
    expect((await look()).decision).toMatchObject({ act: 'end', stage: 'rolled_back', why: 'it was rolled back' });
  });
  it('fires every alarm before a canary', async () => {
    expect(await testAlarms(world.deps, world.projectId)).toEqual([]);
    expect(await world.deps.alerts.open(world.projectId)).toEqual([]);
    const deaf = { ...world.deps.alerts, raise: async () => undefined };
    expect(await testAlarms({ ...world.deps, alerts: deaf }, uuidv7())).toEqual(['alert']);
  });
});

describe('a rollback drill', () => {
  const drills = () => createDrillRepository(world.database);
  const drill = (key: string, follows: (step: { sequence: number } | null) => boolean) => drillRollback({
    ...world.deps, drills: drills(), now: (() => { let time = 0; return () => { time += 100; return time; }; })(), wait: async () => undefined,
    states: { following: async (_project, step) => ({ alive: 2, following: follows(step) ? 2 : 1 }) },
  }, { projectId: world.projectId, startedBy: 'Ada', key });

  it('walks an unseen route to the former champion and back, and writes down how long it took; once for its key', async () => {
    expect(await drill('none', () => true)).toMatchObject({ outcome: 'skipped', why: 'there is no former champion to go back to' });
    await look();
    await step(1, 'canary', { canaryPercent: 10 });
    await world.promote(challenge);
    expect(await drill('busy', () => true)).toMatchObject({ outcome: 'skipped', why: 'a challenger is on the road' });
    await step(2, 'done');
    expect(await drill('a', () => true)).toMatchObject({ outcome: 'done', backMs: 100, forthMs: 100 });
    expect(await drill('a', () => false)).toMatchObject({ outcome: 'done', backMs: 100 });
    expect(await world.deps.challenges.onRoad(world.projectId)).toBeNull();
    expect((await world.deps.records.champion(world.projectId))?.id).toBe(challenger.id);
    expect(await drill('b', (at) => at === null)).toMatchObject({ outcome: 'failed', backMs: null });
    expect(await world.deps.alerts.open(world.projectId)).toMatchObject([{ kind: 'drill_failed' }]);
    expect(await drills().list(world.projectId, 9)).toHaveLength(3);
  });
});
