import type { GateDecision } from './gate.ts';
import type { GatePolicy } from './policy.ts';

export interface PromotionDecision {
  /** `wait`: an engineer decides, with the report before their eyes. */
  readonly action: 'promote' | 'hold' | 'wait';
  /** True where it rests on the policy's word for "cannot tell" and not on a pass. */
  readonly onCannotTell: boolean;
  readonly why: string;
}

export const automaticPromotionsPerDayMax = 1;

/**
 * What the gate's answer means under the policy. A hold holds; a pass promotes; "cannot tell" is never a pass: it waits,
 * or, under `promoteIfSuperior`, promotes when the overall gain is shown and no guard fails. At most one promotion a day
 * happens without a person.
 *
 * @param day.automaticPromotionsToday promotions that no person decided, on the event day of this one
 */
export function decidePromotion(
  decision: Pick<GateDecision, 'verdict' | 'superior' | 'sentence'>,
  policy: Pick<GatePolicy, 'onCannotTell'>,
  day: { readonly automaticPromotionsToday: number },
): PromotionDecision {
  const { verdict, superior, sentence } = decision;
  if (verdict === 'hold') return { action: 'hold', onCannotTell: false, why: sentence };
  const onCannotTell = verdict === 'cannot_tell';
  if (onCannotTell && !(policy.onCannotTell === 'promoteIfSuperior' && superior)) {
    return { action: 'wait', onCannotTell: false, why: sentence };
  }
  if (day.automaticPromotionsToday >= automaticPromotionsPerDayMax) {
    return { action: 'wait', onCannotTell: false, why: `One model was promoted today already without a person. ${sentence}` };
  }
  return { action: 'promote', onCannotTell, why: sentence };
}
