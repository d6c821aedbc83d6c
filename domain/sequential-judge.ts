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

/** How the evidence went: after so many observations it was so much. */
export interface EvidencePoint {
  readonly observed: number;
  readonly eValue: number;
}

/**
 * The way of the evidence, for drawing: at most about `pointsMax` points in even steps, and always the last one. What rose
 * and fell between two points is drawn at its height, so that no peak is lost.
 */
export function evidencePath(observations: readonly Observation[], pointsMax = 200): readonly EvidencePoint[] {
  const step = Math.max(1, Math.ceil(observations.length / pointsMax));
  const points: EvidencePoint[] = [];
  let process: EProcess = emptyEProcess();
  let highest: EvidencePoint | null = null;
  observations.forEach(({ challengerFailed, chance }, at) => {
    process = observeDisagreement(process, challengerFailed, chance);
    const point = { observed: at + 1, eValue: eValue(process) };
    if (highest === null || point.eValue > highest.eValue) highest = point;
    if ((at + 1) % step !== 0 && at + 1 !== observations.length) return;
    points.push(at + 1 === observations.length ? point : highest);
    highest = null;
  });
  return points;
}

/** Worth a rollback without a person: its chance is at most 1 % while the challenger is no worse. */
export const mustRollBack = ({ peak }: SequentialJudgement): boolean => peak >= E_VALUE_ROLL_BACK;
/** Worth a person's look: its chance is at most 5 % while the challenger is no worse. */
export const mustWarn = ({ eValue: now }: SequentialJudgement): boolean => now >= E_VALUE_WARN;

/** Infinity cannot be stored; beyond this nobody needs to know more. */
export const shownEValue = (value: number): number => Math.min(value, 1e9);
