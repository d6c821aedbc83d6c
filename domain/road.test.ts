import { describe, expect, it } from 'vitest';
import { defaultPolicy } from './policy.ts';
import { mayBeReplaced, nextStep, type RoadEvidence, type RoadState } from './road.ts';
import { judgeSequence, nothingObserved } from './sequential-judge.ts';

const policy = defaultPolicy.road;
const shadow: RoadState = { stage: 'shadow', held: false, canaryPercent: 0, shadowPercent: 100, hours: 30 };
const canary = (canaryPercent: number, more: Partial<RoadState> = {}): RoadState => ({ ...shadow, stage: 'canary', canaryPercent, hours: 13, ...more });
const bake: RoadState = { ...shadow, stage: 'bake', canaryPercent: 100, hours: 80 };
const reviewed = (wrong: number, right: number) => judgeSequence([...Array<boolean>(right).fill(false), ...Array<boolean>(wrong).fill(true)].map((challengerFailed) => ({ challengerFailed, chance: 0.5 })));
const good: RoadEvidence = {
  champion: 'champion', faults: [], images: 5_000, challengerImages: 500, compared: 5_000, disagreed: 200, disagreements: reviewed(25, 35), failures: nothingObserved,
  approvals: 0, automaticPromotionsToday: 0, alarmsTested: true,
};
const inBake: RoadEvidence = { ...good, champion: 'challenger' };
const decide = (state: RoadState, evidence: Partial<RoadEvidence> = {}, road = policy) => nextStep(road, 0.01, state, { ...(state.stage === 'bake' ? inBake : good), ...evidence });

describe('the road', () => {
  it('ROAD9 leads from shadow by the policy’s steps to the promotion, and through the bake to its end', () => {
    expect(decide(shadow)).toMatchObject({ act: 'canary', canaryPercent: 1 });
    expect(decide(canary(1))).toMatchObject({ act: 'canary', canaryPercent: 10 });
    expect(decide(canary(10))).toMatchObject({ act: 'canary', canaryPercent: 50 });
    expect(decide(canary(50))).toMatchObject({ act: 'promote' });
    expect(decide(bake)).toMatchObject({ act: 'end', stage: 'done' });
    const few = { ...policy, canary: { ...policy.canary, steps: [100] } };
    expect(decide(shadow, {}, few)).toMatchObject({ act: 'promote' });
  });
  it('ROAD10 one hard fault ends it, in whatever stage', () => {
    const faults = [{ code: 'MODEL_OUTPUT_NOT_FINITE', sentence: 'it answered NaN' }];
    expect(decide(shadow, { faults })).toEqual({ act: 'end', stage: 'aborted', why: 'MODEL_OUTPUT_NOT_FINITE: it answered NaN' });
    for (const state of [canary(1), canary(1, { held: true }), bake]) expect(decide(state, { faults })).toMatchObject({ act: 'end', stage: 'rolled_back' });
  });
  it('ROAD11 warns at an e-value of 20 and goes no further by itself; at 100 it ends', () => {
    const [worry, worse] = [reviewed(9, 1), reviewed(14, 1)];
    expect(worry.eValue).toBeGreaterThan(20);
    expect(worry.peak).toBeLessThan(100);
    expect(decide(shadow, { disagreements: worry })).toMatchObject({ act: 'stay', warn: expect.stringContaining('9 of 10') as string });
    expect(worse.peak).toBeGreaterThanOrEqual(100);
    expect(decide(shadow, { disagreements: worse })).toMatchObject({ act: 'end', stage: 'aborted' });
    expect(decide(bake, { disagreements: worse })).toMatchObject({ act: 'end', stage: 'rolled_back' });
    expect(decide(canary(10), { failures: worse })).toMatchObject({ act: 'end', stage: 'rolled_back' });
  });
  it('ROAD12 what was shown once stays shown', () => {
    const turned = judgeSequence([...Array<boolean>(12).fill(true), ...Array<boolean>(12).fill(false)].map((challengerFailed) => ({ challengerFailed, chance: 0.5 })));
    expect(turned.eValue).toBeLessThan(20);
    expect(decide(shadow, { disagreements: turned })).toMatchObject({ act: 'end', stage: 'aborted' });
  });
  it('ROAD13 a comparison that is missing is a failure; where the former champion is silent, a person is asked', () => {
    const missing = { compared: 0, disagreed: 0 };
    expect(decide({ ...shadow, hours: 0.1 }, missing)).toMatchObject({ act: 'end', stage: 'aborted' });
    expect(decide(canary(10), missing)).toMatchObject({ act: 'end', stage: 'rolled_back' });
    expect(decide(bake, missing)).toMatchObject({ act: 'hold' });
    expect(decide({ ...shadow, hours: 0.1 }, { ...missing, images: 49 })).toMatchObject({ act: 'stay' });
  });
  it('ROAD14 goes on no sooner than the hours and the evidence that the policy wants', () => {
    expect(decide({ ...shadow, hours: 23 })).toMatchObject({ act: 'stay' });
    expect(decide(shadow, { disagreements: reviewed(10, 10) })).toMatchObject({ act: 'stay', why: expect.stringContaining('50 reviewed ones are wanted') as string });
    expect(decide(canary(1), { challengerImages: 49 })).toMatchObject({ act: 'stay' });
    expect(decide({ ...bake, hours: 71 })).toMatchObject({ act: 'stay' });
  });
  it('ROAD15 hardly any disagreement is evidence too: all of them wrong would cost less than the margin', () => {
    expect(decide(shadow, { disagreed: 10, disagreements: nothingObserved })).toMatchObject({ act: 'canary' });
    expect(decide(shadow, { compared: 60, disagreed: 0, disagreements: nothingObserved })).toMatchObject({ act: 'stay' });
  });
  it('ROAD16 cannot tell is no pass: when its time is up, a person is asked', () => {
    expect(decide({ ...shadow, hours: 337 }, { disagreements: reviewed(10, 10) })).toMatchObject({ act: 'hold', why: expect.stringContaining('cannot tell') as string });
    expect(decide(canary(1, { hours: 170 }), { challengerImages: 3 })).toMatchObject({ act: 'hold' });
  });
  it('ROAD17 held, it waits for a person; a yes leads on, evidence or not', () => {
    expect(decide({ ...shadow, held: true })).toMatchObject({ act: 'stay' });
    expect(decide({ ...shadow, held: true }, { approvals: 1 })).toMatchObject({ act: 'canary', canaryPercent: 1 });
    expect(decide({ ...shadow, hours: 0 }, { approvals: 1, disagreements: nothingObserved })).toMatchObject({ act: 'canary' });
  });
  it('ROAD18 where the policy wants two people, neither evidence nor one of them is enough', () => {
    const two = { ...policy, approvalsWanted: 2 };
    expect(decide(shadow, {}, two)).toMatchObject({ act: 'stay' });
    expect(decide(shadow, { approvals: 1 }, two)).toMatchObject({ act: 'stay' });
    expect(decide(shadow, { approvals: 2 }, two)).toMatchObject({ act: 'canary' });
    expect(decide(bake, {}, two)).toMatchObject({ act: 'end', stage: 'done' });
  });
  it('ROAD19 promotes by itself once a day; people may more often', () => {
    expect(decide(canary(50), { automaticPromotionsToday: 1 })).toMatchObject({ act: 'stay', why: expect.stringContaining('today already') as string });
    expect(decide(canary(50), { automaticPromotionsToday: 1, approvals: 1 })).toMatchObject({ act: 'promote' });
  });
  it('ROAD20 no canary begins where an alarm did not fire when it was tried', () => {
    expect(decide(shadow, { alarmsTested: false })).toMatchObject({ act: 'hold' });
  });
  it('ROAD21 takes what people did behind its back for a fact', () => {
    expect(decide(canary(10), { champion: 'challenger' })).toMatchObject({ act: 'promote' });
    expect(decide(bake, { champion: 'champion' })).toMatchObject({ act: 'end', stage: 'rolled_back' });
    for (const state of [shadow, canary(10), bake]) expect(decide(state, { champion: 'other' })).toMatchObject({ act: 'end', stage: 'replaced' });
  });
  it('ROAD22 a newer challenger takes the place of one in shadow alone', () => {
    expect([shadow, canary(1), bake].map(mayBeReplaced)).toEqual([true, false, false]);
  });
});
