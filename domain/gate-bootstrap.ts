import { bootstrapByGroup } from '../statistics/bootstrap.ts';
import { createRandom } from '../statistics/random.ts';
import { designEffectOf } from '../statistics/sample-size.ts';
import { type GateAnswer, type GateCheck, labelsByWidth, points } from './gate-check.ts';
import type { PairedAnswer, PairedAnswers } from './paired-answers.ts';
import type { GatePolicy } from './policy.ts';

/** Two-sided, so that each bound is one of 95 %. */
const level = 0.9;
/** The same images give the same bounds. */
const seed = 20261124;
/** Resamples are fewer on large holdouts, whose bounds settle sooner: about so many images are looked at in all. */
const workMax = 3_000_000;
const bins = 15;

type Contender = 'champion' | 'challenger';
type Sure = PairedAnswer & { readonly confidence: NonNullable<PairedAnswer['confidence']> };
/** A group's images as numbers side by side, which a resample reads ten thousand times: classes by position, −1 for one that is no class of the project. */
type Compact = Readonly<Record<'truth' | Contender, Int16Array>>;
/** Of each of a group's images the bin of its confidence, and how far that is above being right (1) or wrong (0). */
type Gaps = Readonly<Record<Contender, { readonly bin: Uint8Array; readonly gap: Float64Array }>>;

/** Macro-F1 on the audit holdout, by a bootstrap of whole groups: not worse by more than a class may be. */
export function macroF1Check(pairs: PairedAnswers, classIds: readonly number[], policy: GatePolicy, resamplesMax: number): GateCheck {
  const at = new Map(classIds.map((classId, index) => [classId, index]));
  const places = (own: PairedAnswers, of: 'truth' | Contender): Int16Array => Int16Array.from(own, (pair) => at.get(pair[of]) ?? -1);
  const f1 = (groups: readonly Compact[], which: Contender): number => macroF1(groups, which, classIds.length);
  return bootstrapped('macro F1', pairs, policy.perClassMargin, policy.evidenceMin, resamplesMax, {
    prepare: (own): Compact => ({ truth: places(own, 'truth'), champion: places(own, 'champion'), challenger: places(own, 'challenger') }),
    of: (groups) => f1(groups, 'challenger') - f1(groups, 'champion'),
    told: (all) => `the mean F1 of the classes is ${f1(all, 'challenger').toFixed(3)} for the challenger and ${f1(all, 'champion').toFixed(3)} for the champion`,
  });
}

/**
 * Expected calibration error on the audit holdout, by the same bootstrap. A confidence that says more than it holds makes
 * flags and automatic acceptance wrong though the answers be right. No check where confidences are not known.
 */
export function calibrationCheck(pairs: PairedAnswers, policy: GatePolicy, resamplesMax: number): readonly GateCheck[] {
  const sure = pairs.filter((pair): pair is Sure => pair.confidence !== undefined);
  if (sure.length < pairs.length) return [];
  return [bootstrapped('calibration', sure, policy.calibrationMargin, policy.evidenceMin, resamplesMax, {
    prepare: (own): Gaps => ({ champion: gapsOf(own, 'champion'), challenger: gapsOf(own, 'challenger') }),
    of: (groups) => calibrationError(groups, 'champion') - calibrationError(groups, 'challenger'),
    told: (all) => `confidence and share right differ by ${points(calibrationError(all, 'challenger'), false)} points for the challenger and ${points(calibrationError(all, 'champion'), false)} for the champion`,
  })];
}

interface Statistic<Pair, Group> {
  readonly prepare: (own: readonly Pair[]) => Group;
  /** Positive where the challenger is the better one. */
  readonly of: (groups: readonly Group[]) => number;
  readonly told: (groups: readonly Group[]) => string;
}

function bootstrapped<Pair extends PairedAnswer, Group>(name: string, pairs: readonly Pair[], margin: number, evidenceMin: number, resamplesMax: number, statistic: Statistic<Pair, Group>): GateCheck {
  const images = pairs.length;
  const grouped = [...Map.groupBy(pairs, ({ group }) => group).values()];
  const effect = designEffectOf(grouped.map((own) => own.map((pair) => Number(pair.challenger === pair.truth))));
  const least = Math.max(1, Math.ceil(evidenceMin * effect) - images);
  if (grouped.length < 2) {
    const sentence = `On the audit holdout there are too few independent images to compare the ${name} on: about ${least} more labels would allow it.`;
    return { name, answer: 'cannot_tell', images, margin, difference: null, lower: null, upper: null, moreLabels: least, sentence };
  }
  const groups = grouped.map(statistic.prepare);
  const resamples = Math.min(resamplesMax, Math.max(1_000, Math.round(workMax / images)));
  const { estimate: difference, lower, upper } = bootstrapByGroup(groups, statistic.of, { resamples, level, random: createRandom(seed) });
  const answer: GateAnswer = upper < -margin ? 'hold' : lower > -margin && images / effect >= evidenceMin ? 'pass' : 'cannot_tell';
  const moreLabels = answer === 'cannot_tell' ? labelsByWidth({ images, difference, lower }, margin, least) : null;
  const facts = `On the audit holdout, ${images} in ${groups.length} groups, ${statistic.told(groups)}: ${points(difference)} points, between ${points(lower)} and ${points(upper)} (${resamples} resamples). `;
  return { name, answer, images, margin, difference, lower, upper, moreLabels, sentence: `${facts}${conclusionOf(answer, margin, moreLabels)}` };
}

function conclusionOf(answer: GateAnswer, margin: number, moreLabels: number | null): string {
  const allowed = points(margin, false);
  if (answer === 'pass') return `It is not worse by more than ${allowed} points.`;
  if (answer === 'hold') return `It is worse by more than the ${allowed} points allowed.`;
  return moreLabels === null ? `It may be worse by more than ${allowed} points, and more labels would most likely only show it.` : `Whether it is worse by more than ${allowed} points cannot be told; about ${moreLabels} more labels would.`;
}

/** Mean over the classes that are there of 2·right / (answered + true). */
function macroF1(groups: readonly Compact[], which: Contender, classes: number): number {
  const [right, answered, truths] = [new Int32Array(classes), new Int32Array(classes), new Int32Array(classes)];
  for (const group of groups) {
    const [truth, answer] = [group.truth, group[which]];
    for (let at = 0; at < truth.length; at += 1) {
      const [was, said] = [truth[at] as number, answer[at] as number];
      if (was >= 0) truths[was]! += 1;
      if (said >= 0) answered[said]! += 1;
      if (was >= 0 && was === said) right[was]! += 1;
    }
  }
  let sum = 0;
  let there = 0;
  for (let index = 0; index < classes; index += 1) {
    if (truths[index] === 0) continue;
    there += 1;
    sum += (2 * right[index]!) / (truths[index]! + answered[index]!);
  }
  return there === 0 ? 0 : sum / there;
}

function gapsOf(own: readonly Sure[], which: Contender): Gaps[Contender] {
  const confidences = own.map((pair) => Math.min(1, Math.max(0, pair.confidence[which])));
  return {
    bin: Uint8Array.from(confidences, (confidence) => Math.max(0, Math.ceil(confidence * bins) - 1)),
    gap: Float64Array.from(confidences, (confidence, at) => confidence - Number(own[at]![which] === own[at]!.truth)),
  };
}

/** As `expectedCalibrationError` of `statistics/`, over groups. */
function calibrationError(groups: readonly Gaps[], which: Contender): number {
  const sums = new Float64Array(bins);
  let images = 0;
  for (const group of groups) {
    const { bin, gap } = group[which];
    for (let at = 0; at < bin.length; at += 1) sums[bin[at] as number]! += gap[at] as number;
    images += bin.length;
  }
  return sums.reduce((sum, each) => sum + Math.abs(each), 0) / images;
}
