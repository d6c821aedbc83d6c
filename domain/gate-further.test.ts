import { describe, expect, it } from 'vitest';
import { createRandom } from '../statistics/random.ts';
import { decideGate, type GateCheck, type PairedAnswer } from './gate.ts';
import { defaultPolicy, type GatePolicy } from './policy.ts';
import type { RunningCosts } from './running-costs.ts';

const classes = [{ classId: 0, name: 'fox' }, { classId: 1, name: 'deer' }];
const judge = (audit: readonly PairedAnswer[], more: { policy?: Partial<GatePolicy>; running?: RunningCosts; looks?: number } = {}) =>
  decideGate({ policy: { ...defaultPolicy.gate, ...more.policy }, classes, holdouts: { audit, reference: [] }, running: more.running, looks: more.looks, resamplesMax: 1_000 });
const named = (checks: readonly GateCheck[], name: string): GateCheck => checks.find((check) => check.name === name)!;

/** Images in groups of `burst`, the champion as sure as it is right; the challenger right on the same and as sure as told. */
function sureAnswers(images: number, sureness: (champion: number, right: boolean) => number, burst = 1): PairedAnswer[] {
  const random = createRandom(7);
  return Array.from({ length: images }, (_, at) => {
    const champion = 0.6 + 0.4 * random();
    const truth = at % 2;
    const right = random() < champion;
    const answer = right ? truth : 1 - truth;
    return { truth, champion: answer, challenger: answer, group: `g${Math.floor(at / burst)}`, weight: 1, imageId: `image-${at}`, confidence: { champion, challenger: sureness(champion, right) } };
  });
}

describe('calibration', () => {
  it('GATE20 holds a challenger that is surer than it is right, says both errors, and passes one that is as sure as the champion', () => {
    const over = named(judge(sureAnswers(600, () => 0.995)).checks, 'calibration');
    expect(over.answer).toBe('hold');
    expect(over.sentence).toMatch(/600 in 600 groups, confidence and share right differ by 1\d\.\d points for the challenger and \d\.\d for the champion/);
    expect(named(judge(sureAnswers(600, (champion) => champion)).checks, 'calibration').answer).toBe('pass');
  });

  it('cannot tell on few images, and says how many more labels would; images of one burst count as one', () => {
    const few = named(judge(sureAnswers(40, (champion) => champion)).checks, 'calibration');
    expect([few.answer, few.moreLabels! > 0]).toEqual(['cannot_tell', true]);
    const wide = (burst: number) => { const { lower, upper } = named(judge(sureAnswers(300, (champion, right) => champion - Number(right) * 0.1, burst)).checks, 'calibration'); return upper! - lower!; };
    expect(wide(30)).toBeGreaterThan(wide(1));
    const one = named(judge(sureAnswers(40, (champion) => champion, 40)).checks, 'calibration');
    expect([one.answer, one.lower, one.moreLabels! >= 10]).toEqual(['cannot_tell', null, true]);
  });

  it('is not asked where confidences are not known', () => {
    expect(judge([{ truth: 0, champion: 0, challenger: 0, group: 'a', weight: 1 }]).checks.map(({ name }) => name)).not.toContain('calibration');
  });
});

describe('lost flips', () => {
  const pairs = sureAnswers(400, (champion) => champion).map((pair, at) => (at < 12 ? { ...pair, champion: pair.truth, challenger: 1 - pair.truth } : pair));
  it('GATE21 are named, and hold only where the policy sets a limit that is surely passed', () => {
    const told = named(judge(pairs).checks, 'lost flips');
    expect([told.answer, told.imageIds]).toEqual(['pass', Array.from({ length: 12 }, (_, at) => `image-${at}`)]);
    expect(told.sentence).toContain('wrong on 12 of 400 images that the champion answers rightly');
    const answers = [0.01, 0.03, 0.2].map((lostFlipMax) => named(judge(pairs, { policy: { lostFlipMax } }).checks, 'lost flips').answer);
    expect(answers).toEqual(['hold', 'cannot_tell', 'pass']);
    const wanted = [0.03, 0.035, 0.04].map((lostFlipMax) => named(judge(pairs, { policy: { lostFlipMax } }).checks, 'lost flips').moreLabels);
    expect([wanted[0], wanted[1]! > wanted[2]!, wanted[2]! > 0]).toEqual([null, true, true]);
  });
});

describe('macro F1', () => {
  it('GATE22 sees a class that is lost among many right answers', () => {
    const lost = Array.from({ length: 900 }, (_, at) => { const truth = Number(at % 10 === 0); return { truth, champion: truth, challenger: 0, group: `g${at}`, weight: 1 }; });
    const { answer, difference } = named(judge(lost).checks, 'macro F1');
    expect(answer).toBe('hold');
    expect(difference).toBeCloseTo((2 * 810) / (810 + 900) / 2 - 1, 9);
  });
});

describe('what an answer takes', () => {
  const around = (ms: number, seed: number) => { const random = createRandom(seed); return Array.from({ length: 120 }, () => ms * (0.9 + 0.2 * random())); };
  const cost = (ms: number, mebibytes: number, seed = 1) => ({ latenciesMs: around(ms, seed), memoryBytes: mebibytes * 2 ** 20 });
  const costChecks = (running: RunningCosts, policy: Partial<GatePolicy> = {}) => judge([], { running, policy }).checks.filter(({ name }) => name === 'latency' || name === 'memory').map(({ answer }) => answer);
  it('GATE23 three times as slow, or three times as large, holds; as fast and as large passes', () => {
    const champion = cost(10, 100);
    expect(costChecks({ kind: 'measured', champion, challenger: cost(30, 100, 2) })).toEqual(['hold', 'pass']);
    expect(costChecks({ kind: 'measured', champion, challenger: cost(10, 300, 2) })).toEqual(['pass', 'hold']);
    expect(costChecks({ kind: 'measured', champion, challenger: cost(10, 100, 2) })).toEqual(['pass', 'pass']);
    expect(costChecks({ kind: 'measured', champion, challenger: cost(30, 300, 2) }, { latencyRatioMax: 4, memoryRatioMax: 4 })).toEqual(['pass', 'pass']);
  });
  it('a machine that stood still for a moment is not the challenger’s fault, and a few megabytes are nobody’s', () => {
    const challenger = { latenciesMs: [...around(10, 2).slice(2), 400, 300], memoryBytes: 9 * 2 ** 20 };
    expect(costChecks({ kind: 'measured', champion: cost(10, 3), challenger })).toEqual(['pass', 'pass']);
  });
  it('one that does not run holds; a champion that does not leaves it open', () => {
    expect(costChecks({ kind: 'failed', which: 'challenger', code: 'MODEL_LOAD_FAILED', sentence: 'x' })).toEqual(['hold']);
    expect(costChecks({ kind: 'failed', which: 'champion', code: 'MODEL_LOAD_FAILED', sentence: 'x' })).toEqual(['cannot_tell']);
    expect(costChecks({ kind: 'same_backbone' })).toEqual(['pass', 'pass']);
  });
});

it('GATE24 says that a reference holdout is worn out after twenty decisions', () => {
  expect(judge([], { looks: 19 }).sentence).not.toContain('worn out');
  expect(judge([], { looks: 20 }).sentence).toContain('has had its part in 20 decisions and is worn out');
});
