import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../statistics/random.ts';
import { decideGate, type PairedAnswer } from './gate.ts';
import { comparePairCosts } from './paired-costs.ts';
import { comparePairs } from './paired-answers.ts';
import { defaultPolicy, type GatePolicy } from './policy.ts';

const fine = { classId: 0, name: 'fine' };
const damaged = { classId: 1, name: 'damaged' };
const policy: GatePolicy = { ...defaultPolicy.gate, overallMargin: 0.02 };
/** A missed damage costs five times a false alarm. */
const costs = { 1: { 0: 5 } };
/** Asked about here is the first check, which resamples nothing; a thousand gates do not wait for the others. */
const overall = (audit: readonly PairedAnswer[], resamplesMax = 20) => {
  const decision = decideGate({ policy, costs, classes: [fine, damaged], holdouts: { audit, reference: [] }, resamplesMax });
  return { ...decision, check: decision.checks[0]! };
};
const made = (count: number, truth: number, champion: number, challenger: number, name: string): PairedAnswer[] =>
  Array.from({ length: count }, (_, at) => ({ truth, champion, challenger, group: `${name}${at}`, weight: 1 }));

describe('the gate with costs', () => {
  it('GATE15 passes a challenger that is right less often and costs less, which by count alone would be held', () => {
    // 40 false alarms more, 30 missed damages fewer.
    const audit = [...made(400, 0, 0, 0, 'a'), ...made(40, 0, 0, 1, 'b'), ...made(30, 1, 0, 1, 'c'), ...made(130, 1, 1, 1, 'd')];
    const { check, superior } = overall(audit);
    expect(check.answer).toBe('pass');
    expect(check.sentence).toContain('The gain is shown.');
    expect(check.sentence).toContain('right on 560 and 570');
    expect(superior).toBe(false); // the class of fine parcels is guarded by itself
    expect(decideGate({ policy, classes: [fine, damaged], holdouts: { audit, reference: [] } }).checks[0]?.answer).not.toBe('pass');
  });

  it('GATE16 holds a challenger that is right more often and costs more', () => {
    const audit = [...made(400, 0, 0, 0, 'a'), ...made(40, 0, 1, 0, 'b'), ...made(30, 1, 1, 0, 'c'), ...made(130, 1, 1, 1, 'd')];
    expect(overall(audit)).toMatchObject({ verdict: 'hold' });
    expect(overall(audit).failed).toContain('overall');
  });

  it('GATE17 cannot tell from few images that never differ, nor from one burst, nor from none', () => {
    expect(overall(made(60, 0, 0, 0, 'a')).check.answer).toBe('cannot_tell');
    expect(overall(made(60, 0, 0, 0, 'a')).check.moreLabels).toBeGreaterThan(0);
    expect(overall(made(60, 0, 0, 1, 'a').map((pair) => ({ ...pair, group: 'one burst' }))).check).toMatchObject({ answer: 'cannot_tell', lower: null, upper: null });
    expect(overall([]).check).toMatchObject({ answer: 'cannot_tell', difference: null });
    expect(overall(made(2_000, 0, 0, 0, 'a')).check.answer).toBe('pass');
  });

  it('GATE18 saves what accuracy gains where every mistake costs the same', () => {
    const pair = fc.record({ truth: fc.nat(2), champion: fc.nat(2), challenger: fc.nat(2), group: fc.nat(30).map(String), weight: fc.constant(1) });
    fc.assert(fc.property(fc.array(pair, { minLength: 1, maxLength: 60 }), fc.double({ min: 0.5, max: 9, noNaN: true }), (pairs, price) => {
      const even = Object.fromEntries([0, 1, 2].map((truth) => [truth, Object.fromEntries([0, 1, 2].map((answered) => [answered, price]))]));
      const paid = comparePairCosts(pairs, even, [0, 1, 2]);
      expect(paid.difference).toBeCloseTo(comparePairs(pairs).difference, 9);
      expect(paid.lower).toBeLessThanOrEqual(paid.difference + 1e-9);
      expect(paid.upper).toBeGreaterThanOrEqual(paid.difference - 1e-9);
      const swapped = comparePairCosts(pairs.map((each) => ({ ...each, champion: each.challenger, challenger: each.champion })), even, [0, 1, 2]);
      expect(swapped.difference).toBeCloseTo(-paid.difference, 9);
    }), { numRuns: 60 });
  });
});

/** One burst: images of one truth on which each model is right or wrong as a whole with some chance, else image by image. */
function burst(random: Random, name: string, frames: number, wrong: { champion: number; challenger: number }, damageShare: number): PairedAnswer[] {
  const truth = Number(random() < damageShare);
  const together = random() < 0.7;
  const [a, b] = [random(), random()];
  const answer = (chance: number, shared: number): number => ((together ? shared : random()) < chance ? 1 - truth : truth);
  return Array.from({ length: frames }, () => ({ truth, champion: answer(wrong.champion, a), challenger: answer(wrong.challenger, b), group: name, weight: 1 }));
}

describe('how often the gate errs with costs', () => {
  it.each([{ frames: 1, bursts: 300 }, { frames: 1, bursts: 80 }, { frames: 4, bursts: 100 }])('GATE19 calls one of two equal models better, or holds it, in at most 5 of 100 ($bursts bursts of $frames)', ({ frames, bursts }) => {
    const random = createRandom(31 + frames + bursts);
    const rounds = 500;
    let [better, held] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const audit = Array.from({ length: bursts }, (_, at) => burst(random, String(at), frames, { champion: 0.1, challenger: 0.1 }, 0.2)).flat();
      const { check } = overall(audit);
      better += Number(check.sentence.includes('The gain is shown.'));
      held += Number(check.answer === 'hold');
    }
    expect(better / rounds).toBeLessThanOrEqual(0.05);
    expect(held / rounds).toBeLessThanOrEqual(0.05);
  });

  it('GATE20 passes one that costs a margin more in at most 6 of 100, and shows a true saving in most', () => {
    const random = createRandom(77);
    const trials = (challenger: number, rounds: number) => Array.from({ length: rounds }, () => overall(Array.from({ length: 300 }, (_, at) => burst(random, String(at), 1, { champion: 0.1, challenger }, 0.2)).flat()).check);
    // Mistakes cost 1.8 on the mean here; as a share of a mean mistake, two points more wrong cost two points more.
    const passes = trials(0.12, 150).filter((check) => check.answer === 'pass').length;
    expect(passes / 150).toBeLessThanOrEqual(0.06);
    const shown = trials(0.02, 60).filter((check) => check.sentence.includes('The gain is shown.')).length;
    expect(shown).toBeGreaterThan(45);
  });
});
