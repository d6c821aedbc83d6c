import { describe, expect, it } from 'vitest';
import { createRandom } from '../statistics/random.ts';
import { decideGate, type GateCheck, type PairedAnswer, type PairedAnswers } from './gate.ts';
import { defaultPolicy, type GatePolicy } from './policy.ts';

const fox = { classId: 0, name: 'fox' };
const deer = { classId: 1, name: 'deer' };
const policy: GatePolicy = { ...defaultPolicy.gate, overallMargin: 0.02 };

interface Counts { both?: number; newOnly?: number; oldOnly?: number; neither?: number }

/** Images of one class, each a group of its own. */
function answers(truth: number, { both = 0, newOnly = 0, oldOnly = 0, neither = 0 }: Counts, name = `c${truth}`): PairedAnswer[] {
  const wrong = 1 - truth;
  const made = (count: number, champion: number, challenger: number) =>
    Array.from({ length: count }, () => ({ truth, champion, challenger, weight: 1 }));
  return [...made(both, truth, truth), ...made(newOnly, wrong, truth), ...made(oldOnly, truth, wrong), ...made(neither, wrong, wrong)]
    .map((pair, i) => ({ ...pair, group: `${name}-${i}` }));
}
const judge = (audit: PairedAnswers, reference: PairedAnswers, change: Partial<GatePolicy> = {}) =>
  decideGate({ policy: { ...policy, ...change }, classes: [fox, deer], holdouts: { audit, reference }, resamplesMax: 200 });
const check = (checks: readonly GateCheck[], name: string): GateCheck => {
  const found = checks.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
};
const fine = [...answers(0, { both: 400 }), ...answers(1, { both: 400 })];

describe('the gate', () => {
  it('GATE1 passes when every check is sure that the loss is within its margin', () => {
    const decision = judge(fine, fine);
    expect(decision).toMatchObject({ verdict: 'pass', superior: false, failed: [] });
    expect(decision.checks.map(({ name, answer }) => [name, answer])).toEqual([
      ['overall', 'pass'], ['reference', 'pass'], ['class fox', 'pass'], ['class deer', 'pass'], ['macro F1', 'pass'], ['lost flips', 'pass'],
    ]);
  });

  it('GATE2 holds a challenger that is surely worse overall, and says with which counts', () => {
    const worse = [...answers(0, { both: 300, oldOnly: 100 }), ...answers(1, { both: 400 })];
    const decision = judge(worse, fine);
    expect(decision.verdict).toBe('hold');
    expect(decision.failed).toEqual(['overall', 'class fox', 'macro F1']);
    expect(check(decision.checks, 'overall').sentence).toContain('right on 700 and the champion on 800: −12.5 points');
  });

  it('GATE3 cannot tell where the bounds straddle the margin, and says how many more labels would', () => {
    const close = [...answers(0, { both: 150, newOnly: 10, oldOnly: 10 }), ...answers(1, { both: 150 })];
    const overall = check(judge(close, fine).checks, 'overall');
    expect(overall.answer).toBe('cannot_tell');
    // requiredPairs at 20 of 320 disagreeing and a margin of 2 points is 967; 320 are there.
    expect(overall.moreLabels).toBe(647);
    expect(overall.sentence).toContain('about 647 more labels would');
  });

  it('GATE4 passes the overall question by a shown gain alone, where the bounds would be too wide for the margin', () => {
    const gain = [...answers(0, { both: 40, newOnly: 14, oldOnly: 4 }), ...answers(1, { both: 60 })];
    const decision = judge(gain, fine);
    expect(check(decision.checks, 'overall').answer).toBe('pass');
    expect(check(decision.checks, 'overall').sentence).toContain('The gain is shown.');
    expect(decision.superior).toBe(true);
  });

  it('GATE5 does not call a gain below half a point better, however sure', () => {
    const many = [...answers(0, { both: 4000, newOnly: 15 }), ...answers(1, { both: 4000 })];
    expect(judge(many, fine).superior).toBe(false);
    expect(judge(many, fine).verdict).toBe('pass');
  });

  it('GATE6 lets the reference holdout hold on a collapse only', () => {
    // 3 points down: surely more than the 2 points allowed on the audit holdout, surely less than the 5 allowed here
    const dented = [...answers(0, { both: 1552, oldOnly: 48 }), ...answers(1, { both: 1552, oldOnly: 48 })];
    expect(check(judge(dented, fine).checks, 'overall').answer).toBe('hold');
    const collapsed = [...answers(0, { both: 400, oldOnly: 0 }), ...answers(1, { both: 300, oldOnly: 100 })];
    expect(check(judge(fine, dented).checks, 'reference').answer).toBe('pass');
    expect(judge(fine, collapsed).failed).toContain('reference');
  });

  it('GATE7 holds for one class although the whole gains, and is then not superior', () => {
    const traded = [...answers(0, { both: 300, newOnly: 100 }), ...answers(1, { both: 60, oldOnly: 20 })];
    const decision = judge(traded, []);
    expect(check(decision.checks, 'overall').answer).toBe('pass');
    expect(decision).toMatchObject({ verdict: 'hold', failed: ['class deer'], superior: false });
  });

  it('GATE8 gives a listed class its tighter margin', () => {
    const slipping = [...answers(0, { both: 396, oldOnly: 4 }), ...answers(1, { both: 400 })];
    expect(check(judge(slipping, fine).checks, 'class fox').answer).toBe('pass');
    const listed = judge(slipping, [], { listedClasses: [{ classId: 0, margin: 0.01 }] });
    expect(check(listed.checks, 'class fox')).toMatchObject({ answer: 'cannot_tell', margin: 0.01 });
  });

  it('GATE9 cannot tell about a class with too few images, nor about one with none', () => {
    const few = [...answers(0, { both: 500 }), ...answers(1, { both: 20 })];
    expect(check(judge(few, []).checks, 'class deer')).toMatchObject({ answer: 'cannot_tell', images: 20 });
    const none = check(judge(answers(0, { both: 500 }), []).checks, 'class deer');
    expect(none).toMatchObject({ answer: 'cannot_tell', images: 0, difference: null, lower: null, upper: null });
    expect(none.moreLabels).toBeGreaterThanOrEqual(policy.evidenceMin);
  });

  it('GATE10 passes exactly at the least evidence and cannot tell one image below it', () => {
    const at = (images: number) => check(judge(answers(0, { both: images }), [], { overallMargin: 0.2 }).checks, 'overall').answer;
    expect([at(policy.evidenceMin - 1), at(policy.evidenceMin)]).toEqual(['cannot_tell', 'pass']);
    expect(judge(answers(0, { oldOnly: 10 }), []).failed).toContain('overall');
  });

  it('GATE11 takes ten frames of a burst for little more than one', () => {
    const single = answers(0, { both: 40, newOnly: 12, oldOnly: 3 });
    const bursts = single.flatMap((pair) => Array.from({ length: 10 }, () => pair));
    const [one, ten] = [judge(single, []), judge(bursts, [])].map((decision) => check(decision.checks, 'overall'));
    expect(ten?.images).toBe(550);
    expect(ten?.sentence).toContain('worth 55 independent ones');
    expect(Math.abs((ten?.lower ?? 0) - (one?.lower ?? 1))).toBeLessThan(0.03);
  });

  it('GATE12 decides nothing without images', () => {
    expect(judge([], [])).toMatchObject({ verdict: 'cannot_tell', superior: false, failed: [] });
  });

  it.each([{ frames: 1 }, { frames: 4 }])('GATE13 calls one of two equal models better in at most 5 of 100 ($frames frames a burst)', ({ frames }) => {
    const random = createRandom(20_260 + frames);
    const rounds = 400;
    let better = 0;
    let held = 0;
    for (let round = 0; round < rounds; round += 1) {
      const audit = Array.from({ length: 150 }, (_, burst) => {
        const [champion, challenger] = [Number(random() < 0.15), Number(random() < 0.15)];
        return Array.from({ length: frames }, () => ({ truth: 0, champion, challenger, group: String(burst), weight: 1 }));
      }).flat();
      const decision = decideGate({ policy, classes: [fox], holdouts: { audit, reference: [] }, resamplesMax: 50 });
      better += Number(decision.superior);
      held += Number(decision.verdict === 'hold');
    }
    expect(better / rounds).toBeLessThanOrEqual(0.05);
    expect(held / rounds).toBeLessThanOrEqual(0.05);
  });

  it('GATE14 recognises a true gain of ten points in most rounds of 200 images', () => {
    const random = createRandom(7);
    let better = 0;
    for (let round = 0; round < 100; round += 1) {
      const audit = Array.from({ length: 200 }, (_, image) => (
        { truth: 0, champion: Number(random() < 0.2), challenger: Number(random() < 0.1), group: String(image), weight: 1 }));
      better += Number(decideGate({ policy, classes: [fox], holdouts: { audit, reference: [] }, resamplesMax: 50 }).superior);
    }
    expect(better).toBeGreaterThan(75);
  });
});
