import { describe, expect, it } from 'vitest';
import type { RetrainState } from '../../contracts/models.ts';
import { engineerApproves } from './engineer.ts';
import { answerFor } from './review-round.ts';
import { createDraw } from './draw.ts';

const check = (name: string, answer: 'pass' | 'hold' | 'cannot_tell', difference: number | null, lower: number | null = null) => ({ name, answer, difference, lower, sentence: '', images: 9, upper: null, margin: 0.01, moreLabels: null });
const state = (verdict: 'pass' | 'hold' | 'cannot_tell', checks: ReturnType<typeof check>[], more: Partial<RetrainState> = {}): RetrainState => ({
  id: 'r', state: 'done', step: '', why: null, challenger: 2, promoted: false, gate: { id: 'g', champion: 1, challenger: 2, verdict, sentence: '', checks, createdAt: '' }, ...more,
});

describe('engineerApproves', () => {
  it('where the gate cannot tell and a loss is within noise', () => {
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', 0)]), 'wait')).toBe(true);
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', null)]), 'wait')).toBe(true);
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', -0.001)]), 'wait')).toBe(false);
    // One image of sixteen is noise, a loss of most of the interval's arm is not.
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', -0.0625, -0.3)]), 'wait')).toBe(true);
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', -0.25, -0.6)]), 'wait')).toBe(false);
  });
  it('passes on what passed, and under promoteIfSuperior nothing else', () => {
    expect(engineerApproves(state('pass', [check('overall', 'pass', 0)]), 'promoteIfSuperior')).toBe(true);
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', 0.1)]), 'promoteIfSuperior')).toBe(false);
  });
  it('never over a failed check, a verdict or a promotion that was made already', () => {
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', 0.1), check('class fox', 'hold', -0.2)]), 'wait')).toBe(false);
    expect(engineerApproves(state('hold', [check('overall', 'hold', 0.1)]), 'wait')).toBe(false);
    expect(engineerApproves(state('cannot_tell', [check('overall', 'cannot_tell', 0.1)], { promoted: true }), 'wait')).toBe(false);
    expect(engineerApproves(state('cannot_tell', [], { gate: null }), 'wait')).toBe(false);
  });
});

describe('answerFor', () => {
  it('errs as often as asked, and then says another class', () => {
    const answers = Array.from({ length: 5000 }, (_, i) => answerFor({ draw: createDraw(3), errorRate: 0.02, classes: 4 }, `image ${i}`, 1));
    const wrong = answers.filter((each) => each !== 1);
    // 100 are expected, with a deviation of 10.
    expect(wrong.length).toBeGreaterThan(60);
    expect(wrong.length).toBeLessThan(140);
    expect(new Set(wrong)).toEqual(new Set([0, 2, 3]));
    expect(answerFor({ draw: () => 0, errorRate: 0, classes: 4 }, 'x', 1)).toBe(1);
  });
});
