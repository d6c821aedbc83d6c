import { defaultPolicy } from '../../domain/policy.ts';
import type { Alerts } from '../../domain/ports-challenges.ts';
import type { Clock } from '../../domain/ports.ts';
import { nextStep, type RoadDecision, type RoadEvidence, type RoadState } from '../../domain/road.ts';
import { judgeSequence, nothingObserved } from '../../domain/sequential-judge.ts';

const alarmTest = 'alarm_test';

/**
 * Fires every alarm once, before a canary answers anybody: no alarm, no rollback. The decisions are asked with a planted
 * fault each, and an alert is written and read back.
 * @returns those that did not fire
 */
export async function testAlarms({ alerts, clock }: { readonly alerts: Alerts; readonly clock: Clock }, projectId: string): Promise<readonly string[]> {
  const began = clock.now();
  await alerts.raise({ projectId, kind: alarmTest, sentence: 'Every alarm is tried before a canary.' });
  const written = (await alerts.open(projectId)).some(({ kind }) => kind === alarmTest) || (await alerts.raisedSince(projectId, alarmTest, began));
  await alerts.resolve(projectId, alarmTest);
  return [...Object.entries(alarmsOf()).filter(([, fired]) => !fired).map(([name]) => name), ...(written ? [] : ['alert'])];
}

/** Whether each planted fault changes what happens. */
function alarmsOf(): Record<string, boolean> {
  const failed = judgeSequence(Array.from({ length: 40 }, () => ({ challengerFailed: true, chance: 0.5 })));
  const decide = (state: Partial<RoadState>, evidence: Partial<RoadEvidence>): RoadDecision =>
    nextStep(defaultPolicy.road, defaultPolicy.gate.overallMargin, { stage: 'canary', held: false, canaryPercent: 1, shadowPercent: 100, hours: 1, ...state }, {
      champion: 'champion', faults: [], images: 100, challengerImages: 60, compared: 100, disagreed: 5, disagreements: nothingObserved, failures: nothingObserved, approvals: 0, automaticPromotionsToday: 0, alarmsTested: true, ...evidence,
    });
  const ends = (decision: RoadDecision): boolean => decision.act === 'end' && decision.stage === 'rolled_back';
  return {
    'nothing wrong': decide({}, {}).act === 'stay',
    'hard fault': ends(decide({}, { faults: [{ code: 'MODEL_OUTPUT_NOT_FINITE', sentence: 'planted' }] })),
    disagreements: ends(decide({}, { disagreements: failed })),
    failures: ends(decide({}, { failures: failed })),
    'missing data': ends(decide({}, { compared: 0 })),
    bake: ends(decide({ stage: 'bake' }, { champion: 'challenger', disagreements: failed })),
  };
}
