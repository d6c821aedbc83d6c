import { describe, expect, it } from 'vitest';
import { decidePromotion } from './promotion.ts';

const sentence = 'On the audit holdout…';
const wait = { onCannotTell: 'wait' } as const;
const bold = { onCannotTell: 'promoteIfSuperior' } as const;
const today = (automaticPromotionsToday: number) => ({ automaticPromotionsToday });

describe('a promotion', () => {
  it('PROMO1 follows a pass', () => {
    expect(decidePromotion({ verdict: 'pass', superior: false, sentence }, wait, today(0))).toEqual({ action: 'promote', onCannotTell: false, why: sentence });
  });
  it('PROMO2 is held by a hold under either policy', () => {
    for (const policy of [wait, bold]) {
      expect(decidePromotion({ verdict: 'hold', superior: false, sentence }, policy, today(0)).action).toBe('hold');
    }
  });
  it('PROMO3 waits for a person where the gate cannot tell', () => {
    expect(decidePromotion({ verdict: 'cannot_tell', superior: true, sentence }, wait, today(0))).toEqual({ action: 'wait', onCannotTell: false, why: sentence });
  });
  it('PROMO4 rests on "cannot tell" only where the policy says so and the gain is shown', () => {
    expect(decidePromotion({ verdict: 'cannot_tell', superior: true, sentence }, bold, today(0))).toMatchObject({ action: 'promote', onCannotTell: true });
    expect(decidePromotion({ verdict: 'cannot_tell', superior: false, sentence }, bold, today(0))).toMatchObject({ action: 'wait', onCannotTell: false });
  });
  it('PROMO5 happens without a person at most once a day', () => {
    const passed = { verdict: 'pass', superior: true, sentence } as const;
    expect(decidePromotion(passed, wait, today(1))).toMatchObject({ action: 'wait', onCannotTell: false });
    expect(decidePromotion(passed, wait, today(1)).why).toContain('promoted today already');
    expect(decidePromotion({ ...passed, verdict: 'hold' }, wait, today(1)).action).toBe('hold');
  });
});
