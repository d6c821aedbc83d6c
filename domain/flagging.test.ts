import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../statistics/random.ts';
import { burstKeyOf, chooseAnswer, costOf, drawAudit, expectedCost, type FlagCandidate, flagsFor, hashDistance, reviewValue } from './flagging.ts';
import { defaultPolicy, flagReasonOrder, type Policy } from './policy.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const probabilities = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 }).map((values) => {
  const total = values.reduce((sum, value) => sum + value, 0);
  return new Map(values.map((value, at) => [at, value / total]));
});
const costs = fc.dictionary(fc.constantFrom('0', '1', '2'), fc.dictionary(fc.constantFrom('0', '1', '2'), fc.double({ min: 0, max: 20, noNaN: true })));
/** A prediction as the pipeline makes it under a cost matrix. */
const candidateOf = (distribution: ReadonlyMap<number, number>, policy: Policy, more: Partial<FlagCandidate> = {}): FlagCandidate => {
  const sorted = [...distribution.values()].toSorted((a, b) => b - a);
  const topClassId = chooseAnswer(policy.costs, distribution);
  return { topClassId, confidence: distribution.get(topClassId)!, margin: sorted[0]! - sorted[1]!, novelty: null, sharpness: 100, probabilities: distribution, ...more };
};
const policyWith = (flagging: Partial<Policy['flagging']>, more: Partial<Policy> = {}): Policy => ({ ...defaultPolicy, ...more, flagging: { ...defaultPolicy.flagging, ...flagging } });
const reasons = (candidate: FlagCandidate, policy: Policy, audit = false) => flagsFor(candidate, policy, audit).map(({ reason }) => reason);

describe('the audit sample', () => {
  it('FLAG1: is drawn with the share of the policy, whatever else holds', () => {
    const random = createRandom(1);
    const drawn = Array.from({ length: 50_000 }, () => drawAudit(random, 0.04)).filter(Boolean).length;
    // Five standard deviations of a binomial.
    expect(Math.abs(drawn - 2000)).toBeLessThan(5 * Math.sqrt(50_000 * 0.04 * 0.96));
  });
  test.prop([fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })])('FLAG1: share 0 draws none and share 1 all', (random) => {
    expect([drawAudit(() => random, 0), drawAudit(() => random, 1)]).toEqual([false, true]);
  });
  test.prop([probabilities, fc.boolean()])('FLAG2: being drawn changes no other reason', (distribution, audit) => {
    const candidate = candidateOf(distribution, defaultPolicy);
    expect(reasons(candidate, defaultPolicy, audit).filter((reason) => reason !== 'audit')).toEqual(reasons(candidate, defaultPolicy, false));
    expect(reasons(candidate, defaultPolicy, audit).includes('audit')).toBe(audit);
  });
});

describe('reasons', () => {
  test.prop([probabilities, share, share])('FLAG3: without costs low confidence is below the threshold and nothing else', (distribution, confidenceMin, marginMin) => {
    const policy = policyWith({ confidenceMin, marginMin });
    const candidate = candidateOf(distribution, policy);
    // Within rounding of the threshold either answer is right.
    fc.pre(Math.abs(candidate.confidence - confidenceMin) > 1e-8);
    expect(reasons(candidate, policy).includes('low_confidence')).toBe(confidenceMin > 0 && candidate.confidence < confidenceMin);
    expect(reasons(candidate, policy).includes('ambiguous')).toBe(marginMin > 0 && candidate.margin < marginMin);
  });
  it('FLAG4: exactly at a threshold is kept', () => {
    const policy = policyWith({ confidenceMin: 0.75, marginMin: 0.5, noveltyMax: 0.4, sharpnessMin: 10 });
    const at = candidateOf(new Map([[0, 0.75], [1, 0.25]]), policy, { novelty: 0.4, sharpness: 10 });
    expect(reasons(at, policy)).toEqual([]);
    expect(reasons({ ...at, novelty: 0.401, sharpness: 9.9, margin: 0.49 }, policy)).toEqual(['ambiguous', 'novel', 'blurred']);
  });
  it('FLAG5: what the policy turns off, or cannot be known, flags nothing', () => {
    const policy = policyWith({ confidenceMin: 0, marginMin: 0, noveltyMax: null, sharpnessMin: null });
    const worst = candidateOf(new Map([[0, 0.5], [1, 0.5]]), policy, { novelty: 2, sharpness: 0 });
    expect(reasons(worst, policy)).toEqual([]);
    expect(reasons({ ...worst, novelty: null }, policyWith({ confidenceMin: 0, marginMin: 0, noveltyMax: 0 }))).toEqual([]);
  });
  it('FLAG6: a class has thresholds of its own where the policy says so', () => {
    const policy = policyWith({ confidenceMin: 0.6, marginMin: 0, perClass: [{ classId: 1, confidenceMin: 0.95 }] });
    expect(reasons(candidateOf(new Map([[0, 0.9], [1, 0.1]]), policy), policy)).toEqual([]);
    expect(reasons(candidateOf(new Map([[0, 0.1], [1, 0.9]]), policy), policy)).toEqual(['low_confidence']);
  });
  test.prop([probabilities, fc.boolean(), share])('FLAG7: reasons come in the order they are shown, each once, with figure and threshold', (distribution, audit, confidenceMin) => {
    const policy = policyWith({ confidenceMin, noveltyMax: 0.1, sharpnessMin: 200 });
    const flags = flagsFor(candidateOf(distribution, policy, { novelty: 0.5 }), policy, audit);
    const places = flags.map(({ reason }) => flagReasonOrder.indexOf(reason));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    for (const flag of flags) expect(flag.threshold).not.toBeNull();
  });
});

describe('costs', () => {
  // A missed damage costs five times a false alarm.
  const parcels = policyWith({ confidenceMin: 0.8, marginMin: 0 }, { costs: { 1: { 0: 5 } } });

  test.prop([costs, probabilities])('FLAG8: the answer is the one whose expected cost is least', (matrix, distribution) => {
    const chosen = expectedCost(matrix, distribution, chooseAnswer(matrix, distribution));
    for (const answer of distribution.keys()) expect(chosen).toBeLessThanOrEqual(expectedCost(matrix, distribution, answer) + 1e-12);
  });
  test.prop([probabilities])('FLAG8: without costs that is the most probable one', (distribution) => {
    expect(distribution.get(chooseAnswer({}, distribution))).toBe(Math.max(...distribution.values()));
  });
  it('FLAG9: a dear mistake moves the answer and is asked about at a higher confidence', () => {
    const sound = (damage: number) => candidateOf(new Map([[0, 1 - damage], [1, damage]]), parcels);
    expect(sound(0.2).topClassId).toBe(1);
    expect(sound(0.1).topClassId).toBe(0);
    expect(reasons(sound(0.1), parcels)).toEqual(['low_confidence']);
    expect(reasons(sound(0.03), parcels)).toEqual([]);
    expect(reasons(sound(0.1), policyWith({ confidenceMin: 0.8, marginMin: 0 }))).toEqual([]);
  });
  test.prop([probabilities, fc.double({ min: 1, max: 20, noNaN: true })])('FLAG9: raising the costs of mistakes never takes a flag away', (distribution, factor) => {
    const dear = { ...parcels, costs: Object.fromEntries([...distribution.keys()].map((truth) => [truth, Object.fromEntries([...distribution.keys()].filter((each) => each !== truth).map((answer) => [answer, factor]))])) };
    const cheap = { ...dear, costs: {} };
    const [before, after] = [reasons(candidateOf(distribution, cheap), cheap), reasons(candidateOf(distribution, dear), dear)];
    for (const reason of before) expect(after).toContain(reason);
  });
  it('FLAG10: a right answer costs nothing unless said, a wrong one 1 unless said', () => {
    expect([costOf({}, 1, 1), costOf({}, 1, 2), costOf({ 1: { 2: 7 } }, 1, 2), costOf({ 1: { 2: 0 } }, 1, 2)]).toEqual([0, 1, 7, 0]);
  });
});

describe('what asking is worth', () => {
  test.prop([probabilities, costs])('FLAG11: never negative, the same for the same prediction, more where mistakes are dearer', (distribution, matrix) => {
    const policy = { ...defaultPolicy, costs: matrix };
    const value = reviewValue(candidateOf(distribution, policy), policy);
    expect(value).toBeGreaterThanOrEqual(0);
    expect(reviewValue(candidateOf(distribution, policy), policy)).toBe(value);
    const fixed = candidateOf(distribution, policy);
    const doubled = { ...policy, costs: Object.fromEntries([...distribution.keys()].map((truth) => [truth, Object.fromEntries([...distribution.keys()].map((answer) => [answer, 2 * costOf(matrix, truth, answer)]))])) };
    expect(reviewValue(fixed, doubled)).toBeGreaterThanOrEqual(value);
  });
  it('FLAG11: a doubtful answer is worth more than a sure one', () => {
    const worth = (top: number) => reviewValue(candidateOf(new Map([[0, top], [1, 1 - top]]), defaultPolicy), defaultPolicy);
    expect([worth(0.99), worth(0.8), worth(0.51)]).toEqual([worth(0.99), worth(0.8), worth(0.51)].toSorted((a, b) => a - b));
  });
});

describe('bursts and near copies', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10) + seconds * 1000);
  const image = (seconds: number | null, camera: string | null = 'north', burst: string | null = null) => ({ camera, burst, capturedAt: seconds === null ? null : at(seconds) });

  it('FLAG12: a burst goes on while gaps are short, and a new one begins after', () => {
    const first = burstKeyOf(image(0), null, 60)!;
    expect(burstKeyOf(image(60), { burstKey: first, capturedAt: at(0) }, 60)).toBe(first);
    expect(burstKeyOf(image(61), { burstKey: first, capturedAt: at(0) }, 60)).not.toBe(first);
  });
  it('FLAG13: its sender’s name for it wins; without camera or time, or turned off, there is none', () => {
    expect(burstKeyOf(image(0, 'north', 'b7'), { burstKey: 'x', capturedAt: at(0) }, 60)).toBe('north/b7');
    expect(burstKeyOf(image(0, 'south', 'b7'), null, 60)).not.toBe(burstKeyOf(image(0, 'north', 'b7'), null, 60));
    expect([burstKeyOf(image(null), null, 60), burstKeyOf(image(0, null), null, 60), burstKeyOf(image(0), null, 0)]).toEqual([null, null, null]);
  });
  test.prop([fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })])('FLAG14: bits that differ are a distance, signed or not', (a, b, c) => {
    expect(hashDistance(a, a)).toBe(0);
    expect(hashDistance(a, b)).toBe(hashDistance(b, a));
    expect(hashDistance(a, c)).toBeLessThanOrEqual(hashDistance(a, b) + hashDistance(b, c));
    expect(hashDistance(BigInt.asIntN(64, a), b)).toBe(hashDistance(a, b));
    expect(hashDistance(a, a ^ 1n)).toBe(1);
  });
});
