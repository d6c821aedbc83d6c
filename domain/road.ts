import { E_VALUE_ROLL_BACK, E_VALUE_WARN } from '../statistics/e-process.ts';
import { clopperPearsonUpper } from '../statistics/proportion.ts';
import type { RoadPolicy } from './policy.ts';
import { automaticPromotionsPerDayMax } from './promotion.ts';
import { mustRollBack, mustWarn, type SequentialJudgement } from './sequential-judge.ts';

/** Where a challenge stands. */
export interface RoadState {
  readonly stage: 'shadow' | 'canary' | 'bake';
  /** A person, or missing evidence, stopped it there. */
  readonly held: boolean;
  readonly canaryPercent: number;
  readonly shadowPercent: number;
  /** Since this step began. */
  readonly hours: number;
}

/** What is known of the step a challenge stands in; of both models together where nothing else is said. */
export interface RoadEvidence {
  /** Whom `Promotion` says to be champion: one of the two, or a third that somebody promoted meanwhile. */
  readonly champion: 'champion' | 'challenger' | 'other';
  /** Faults that need no statistics: of the challenger, or in a bake of the champion it became. */
  readonly faults: readonly { readonly code: string; readonly sentence: string }[];
  /** Images answered in this step, its first moments left out, in which serving may not have followed yet. */
  readonly images: number;
  /** Of these, by the challenger. */
  readonly challengerImages: number;
  /** Images that both models saw, in this step; and in how many they differed. */
  readonly compared: number;
  readonly disagreed: number;
  /** Reviewed disagreements since the challenge began; in a bake, since that did. */
  readonly disagreements: SequentialJudgement;
  /** Failures by arm since the canary began. */
  readonly failures: SequentialJudgement;
  /** People who said yes to what comes after this step. */
  readonly approvals: number;
  readonly automaticPromotionsToday: number;
  /** Every alarm fired when it was tried today. */
  readonly alarmsTested: boolean;
}

export type RoadDecision =
  /** `warn`: something a person should look at now. */
  | { readonly act: 'stay'; readonly why: string; readonly warn: string | null }
  | { readonly act: 'canary'; readonly canaryPercent: number; readonly why: string }
  /** Canary 100 %: the challenger becomes champion, and the bake begins. */
  | { readonly act: 'promote'; readonly why: string }
  | { readonly act: 'hold'; readonly why: string }
  /** In a bake, the champion before takes its place again where the challenger still has it. */
  | { readonly act: 'end'; readonly stage: 'done' | 'aborted' | 'rolled_back' | 'replaced'; readonly why: string };

/** Images that must have been answered before a comparison that is not there is missing. */
const missingAfterImages = 50;

/**
 * The road as a state machine: what happens now, in one sentence with its counts. Faults come first, then what the
 * sequential tests say, then missing evidence, then people, then the evidence that the policy wants. Who promoted or
 * rolled back behind its back is taken for a fact.
 */
export function nextStep(policy: RoadPolicy, overallMargin: number, state: RoadState, evidence: RoadEvidence): RoadDecision {
  const outside = ofOutside(state, evidence);
  if (outside !== null) return outside;
  const failed = failureOf(evidence);
  if (failed !== null) return { act: 'end', stage: state.stage === 'shadow' ? 'aborted' : 'rolled_back', why: failed };
  const missing = state.held ? null : missingData(state, evidence);
  if (missing !== null) return missing;
  const worry = worryOf(evidence);
  const wanted = Math.max(1, policy.approvalsWanted);
  if (evidence.approvals >= wanted) return onwards(policy, state, evidence, `${wordsOf(evidence.approvals, 'person')} said yes`, true);
  if (state.held) return { act: 'stay', why: `held; ${evidence.approvals} of ${wordsOf(wanted, 'person')} said yes`, warn: worry };
  if (worry !== null) return { act: 'stay', why: worry, warn: worry };
  const enough = enoughEvidence(policy, overallMargin, state, evidence);
  if (!enough.is) {
    const over = state.stage !== 'bake' && state.hours >= policy[state.stage].hoursMax;
    return over ? { act: 'hold', why: `cannot tell after ${state.hours.toFixed(0)} h: ${enough.why}` } : { act: 'stay', why: enough.why, warn: null };
  }
  // A bake ends by itself: nothing moves any more.
  if (policy.approvalsWanted > 0 && state.stage !== 'bake') return { act: 'stay', why: `${enough.why}; ${evidence.approvals} of ${wordsOf(policy.approvalsWanted, 'person')} said yes`, warn: null };
  return onwards(policy, state, evidence, enough.why, false);
}

/** Somebody promoted or rolled back by hand. */
function ofOutside({ stage }: RoadState, { champion }: RoadEvidence): RoadDecision | null {
  if (champion === 'other') return { act: 'end', stage: 'replaced', why: 'another model version was promoted meanwhile' };
  if (stage !== 'bake' && champion === 'challenger') return { act: 'promote', why: 'it is the champion already' };
  if (stage === 'bake' && champion === 'champion') return { act: 'end', stage: 'rolled_back', why: 'it was rolled back' };
  return null;
}

function failureOf({ faults, disagreements, failures }: RoadEvidence): string | null {
  const [fault] = faults;
  if (fault !== undefined) return `${fault.code}: ${fault.sentence}`;
  if (mustRollBack(disagreements)) return `wrong in ${countsOf(disagreements)} reviewed disagreements, e-value over ${E_VALUE_ROLL_BACK}`;
  if (mustRollBack(failures)) return `${countsOf(failures)} camera-days with failures were its own, e-value over ${E_VALUE_ROLL_BACK}`;
  return null;
}

function worryOf({ disagreements, failures }: RoadEvidence): string | null {
  if (mustWarn(disagreements)) return `wrong in ${countsOf(disagreements)} reviewed disagreements, e-value ${disagreements.eValue.toFixed(0)} of ${E_VALUE_WARN} for a warning`;
  if (mustWarn(failures)) return `${countsOf(failures)} camera-days with failures were its own, e-value ${failures.eValue.toFixed(0)} of ${E_VALUE_WARN} for a warning`;
  return null;
}

/** No comparison where there should be one is a failure, not an absence of bad news. */
function missingData({ stage }: RoadState, { images, compared }: RoadEvidence): RoadDecision | null {
  if (images < missingAfterImages || compared > 0) return null;
  const why = `${images} images were answered and none was compared`;
  // In a bake it is the former champion that does not answer: nothing to go back to without a person.
  if (stage === 'bake') return { act: 'hold', why };
  return { act: 'end', stage: stage === 'shadow' ? 'aborted' : 'rolled_back', why };
}

function enoughEvidence(policy: RoadPolicy, overallMargin: number, state: RoadState, evidence: RoadEvidence): { is: boolean; why: string } {
  const { stage, hours } = state;
  const late = (hoursMin: number) => (hours < hoursMin ? { is: false, why: `${hours.toFixed(1)} of ${hoursMin} h` } : null);
  switch (stage) {
    case 'shadow': {
      const { compared, disagreed, disagreements } = evidence;
      const counts = `${wordsOf(compared, 'image')} compared, ${disagreed} with another answer, ${disagreements.observed} of them reviewed, ${countsOf(disagreements)} wrong`;
      const alike = compared >= missingAfterImages && clopperPearsonUpper(Math.min(disagreed, compared), compared) <= overallMargin;
      const is = compared > 0 && (alike || disagreements.observed >= policy.shadow.reviewedMin);
      return late(policy.shadow.hoursMin) ?? { is, why: is ? counts : `${counts}; ${policy.shadow.reviewedMin} reviewed ones are wanted` };
    }
    case 'canary': {
      const { challengerImages } = evidence;
      const is = challengerImages >= policy.canary.imagesMin;
      return late(policy.canary.hoursMin) ?? { is, why: `${wordsOf(challengerImages, 'image')} answered at ${state.canaryPercent} %${is ? ' without a fault' : `; ${policy.canary.imagesMin} are wanted`}` };
    }
    case 'bake':
      return late(policy.bake.hours) ?? { is: true, why: `${wordsOf(evidence.compared, 'image')} compared with the former champion, wrong in ${countsOf(evidence.disagreements)} reviewed disagreements` };
  }
}

function onwards(policy: RoadPolicy, state: RoadState, evidence: RoadEvidence, why: string, byPeople: boolean): RoadDecision {
  if (state.stage === 'bake') return { act: 'end', stage: 'done', why };
  const next = policy.canary.steps.find((percent) => state.stage === 'shadow' || percent > state.canaryPercent) ?? 100;
  if (!evidence.alarmsTested) return { act: 'hold', why: 'an alarm did not fire when it was tried' };
  if (next < 100) return { act: 'canary', canaryPercent: next, why };
  if (!byPeople && evidence.automaticPromotionsToday >= automaticPromotionsPerDayMax) return { act: 'stay', why: `one model was promoted today already without a person; ${why}`, warn: null };
  return { act: 'promote', why };
}

const countsOf = ({ challengerFailed, observed }: SequentialJudgement): string => `${challengerFailed} of ${observed}`;
const wordsOf = (count: number, noun: string): string => `${count} ${count === 1 ? noun : noun === 'person' ? 'people' : `${noun}s`}`;

/** A newer challenger takes the place of one in shadow; behind one that answers people it waits. */
export const mayBeReplaced = ({ stage }: Pick<RoadState, 'stage'>): boolean => stage === 'shadow';
