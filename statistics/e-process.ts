import { requireShare } from './interval.ts';

/** How much more often than by chance the challenger is supposed to be the worse one, at even odds. */
const ALTERNATIVES = [0.6, 0.7, 0.8, 0.9] as const;

/** e-value that a person is warned at (alpha 5 %). */
export const E_VALUE_WARN = 20;
/** e-value at which a rollback needs no person (alpha 1 %). */
export const E_VALUE_ROLL_BACK = 100;

/** Evidence gathered so far; plain data, so a workflow can carry it. One log likelihood ratio an alternative. */
export interface EProcess {
  readonly logRatios: readonly number[];
  readonly seen: number;
}

/** No evidence yet: e-value 1. */
export function emptyEProcess(): EProcess {
  return { logRatios: ALTERNATIVES.map(() => 0), seen: 0 };
}

/**
 * One more disagreement between champion and challenger. The test may be looked at after every one of them:
 * if the challenger is no worse, the chance that the e-value *ever* passes 1/alpha is at most alpha
 * (Ville's inequality; a mixture of likelihood ratios, see Ramdas and others, arXiv 2210.01948).
 *
 * @param challengerWorse whether this time the challenger was the wrong one (shadow), or the failing one (canary)
 * @param nullProbability chance of that if both are equal: 0.5 in shadow; in a canary, its share of the traffic
 *   at that moment. It may change from step to step.
 * @throws RangeError unless 0 < nullProbability < 1
 */
export function observeDisagreement(process: EProcess, challengerWorse: boolean, nullProbability = 0.5): EProcess {
  requireShare('nullProbability', nullProbability);
  return {
    seen: process.seen + 1,
    logRatios: ALTERNATIVES.map((alternative, i) => {
      const supposed = shiftOdds(nullProbability, alternative / (1 - alternative));
      const ratio = challengerWorse ? supposed / nullProbability : (1 - supposed) / (1 - nullProbability);
      return (process.logRatios[i] ?? 0) + Math.log(ratio);
    }),
  };
}

/** The e-value now: the mean of the likelihood ratios, ≥ 0. May be Infinity after overwhelming evidence. */
export function eValue({ logRatios }: EProcess): number {
  return logRatios.reduce((sum, log) => sum + Math.exp(log), 0) / logRatios.length;
}

/** e-value of plain counts at even odds, for a report. Watching must use `observeDisagreement`, one at a time. */
export function eValueOfCounts(challengerWorse: number, championWorse: number): number {
  const logs = ALTERNATIVES.map((p) => challengerWorse * Math.log(2 * p) + championWorse * Math.log(2 * (1 - p)));
  return eValue({ logRatios: logs, seen: challengerWorse + championWorse });
}

/** The same alternative for other odds: 0.6 … 0.9 at even odds mean that failing is 1.5 … 9 times as likely. */
function shiftOdds(probability: number, by: number): number {
  const odds = (probability / (1 - probability)) * by;
  return odds / (1 + odds);
}
