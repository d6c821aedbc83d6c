import { type EProcess, E_VALUE_ROLL_BACK, E_VALUE_WARN, emptyEProcess, eValue, observeDisagreement } from '../statistics/e-process.ts';

/** One answered question about the two models, in the order in which people answered. */
export interface Observation {
  /** Whose failure it was: of a disagreement, who of the two was wrong; in a canary, in whose arm it happened. */
  readonly challengerFailed: boolean;
  /** Chance of that if both are equal: 0.5 for a reviewed disagreement, the challenger's share of the camera-days in a canary. */
  readonly chance: number;
}

/** What a row of observations says so far. */
export interface SequentialJudgement {
  readonly observed: number;
  readonly challengerFailed: number;
  /** Evidence that the challenger is the worse one, now; 1 says nothing. */
  readonly eValue: number;
  /** The most it ever was: looking after every answer costs nothing, and a fault that was shown stays shown. */
  readonly peak: number;
}

export const nothingObserved: SequentialJudgement = { observed: 0, challengerFailed: 0, eValue: 1, peak: 1 };

/** Reads observations one by one; the answer may be looked at after every one of them. */
export function judgeSequence(observations: readonly Observation[]): SequentialJudgement {
  let process: EProcess = emptyEProcess();
  let [peak, challengerFailed] = [1, 0];
  for (const { challengerFailed: failed, chance } of observations) {
    process = observeDisagreement(process, failed, chance);
    peak = Math.max(peak, eValue(process));
    if (failed) challengerFailed += 1;
  }
  return { observed: observations.length, challengerFailed, eValue: eValue(process), peak };
}

/** Worth a rollback without a person: its chance is at most 1 % while the challenger is no worse. */
export const mustRollBack = ({ peak }: SequentialJudgement): boolean => peak >= E_VALUE_ROLL_BACK;
/** Worth a person's look: its chance is at most 5 % while the challenger is no worse. */
export const mustWarn = ({ eValue: now }: SequentialJudgement): boolean => now >= E_VALUE_WARN;

/** Infinity cannot be stored; beyond this nobody needs to know more. */
export const shownEValue = (value: number): number => Math.min(value, 1e9);
