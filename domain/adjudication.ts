import { costOf } from './flagging.ts';
import type { Policy } from './policy.ts';
import { type Answer, effectiveAnswers, verdictOf } from './review.ts';

/** Why an item needs an adjudicator. */
export type UnresolvedReason = 'disagreement' | 'not_in_list' | 'nobody_else' | 'half_answered' | 'label_dispute';

/** Stand for "unusable" and for what nobody could say; class ids are ≥ 0. */
const unusable = -1;
const unknown = -2;

/**
 * What the likeliest label would cost under a policy's costs, if each answer given were the truth as often as it was given: 0 where
 * all say the same, about 1 for an even split of ordinary mistakes, more where the mistake is dear. It orders the adjudicator's queue.
 * @param answers all annotations of the item, withdrawals among them
 */
export function costOfDisagreement(costs: Policy['costs'], answers: readonly Answer[]): number {
  const given = effectiveAnswers(answers).filter((each) => each.kind !== 'skip').map((each) => {
    const verdict = verdictOf(each);
    return verdict === null ? unknown : (verdict.classId ?? unusable);
  });
  // Nobody could say anything: one ordinary mistake.
  if (given.every((each) => each === unknown)) return 1;
  const candidates = new Set(given.filter((each) => each !== unknown));
  const cost = (answered: number): number => given.reduce((sum, truth) => sum + costOf(costs, truth, answered), 0) / given.length;
  return Math.min(...[...candidates].map(cost));
}

/** The same for a label that a model disputes: what keeping it costs under the model's calibrated probabilities. */
export const costOfDispute = (costs: Policy['costs'], label: number, disputed: { classId: number; probability: number }): number => disputed.probability * costOf(costs, disputed.classId, label);
