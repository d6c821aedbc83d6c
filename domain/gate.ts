import { type GateAnswer, type GateCheck, labelsByWidth, points } from './gate-check.ts';
import { calibrationCheck, macroF1Check } from './gate-bootstrap.ts';
import { flipsCheck } from './gate-flips.ts';
import { runningCostChecks } from './gate-running-cost.ts';
import { comparePairs, labelsStillWanted, type PairedAnswers, type PairedResult } from './paired-answers.ts';
import { comparePairCosts, type PairedCosts } from './paired-costs.ts';
import type { GatePolicy, Policy } from './policy.ts';
import type { ProjectClass } from './prediction.ts';
import type { RunningCosts } from './running-costs.ts';

export type { GateAnswer, GateCheck } from './gate-check.ts';
export type { PairedAnswer, PairedAnswers } from './paired-answers.ts';

export interface GateInput {
  readonly policy: GatePolicy;
  /** What mistakes cost; left out or empty, each costs the same. */
  readonly costs?: Policy['costs'];
  readonly classes: readonly ProjectClass[];
  readonly holdouts: { readonly audit: PairedAnswers; readonly reference: PairedAnswers };
  /** What an answer of each takes; left out, it is not asked. */
  readonly running?: RunningCosts | undefined;
  /** Decisions that the reference holdout took part in so far; left out, its wear is not told. */
  readonly looks?: number | undefined;
  /** Most resamples of a bootstrap; 10,000 unless given, which a simulation of a thousand gates would not end with. */
  readonly resamplesMax?: number;
}

export interface GateDecision {
  readonly verdict: GateAnswer;
  readonly sentence: string;
  /** The overall gain is shown, and no guard fails. */
  readonly superior: boolean;
  /** Names of the checks that hold the challenger back. */
  readonly failed: readonly string[];
  readonly checks: readonly GateCheck[];
}

/** A gain smaller than this is not called better, however sure it is. */
export const gainMin = 0.005;
const significance = 0.05;
/** After so many decisions a holdout has been looked at too often: models are chosen by what it happens to hold. */
export const looksMax = 20;

/**
 * Champion and challenger on the same labelled images: may the challenger take over?
 *
 * The audit holdout decides (not worse by more than a margin, or shown to be better); the reference holdout guards
 * against collapse; the recall of every class is guarded on both together. A check holds when it is sure that the loss
 * exceeds the margin, passes when it is sure that it does not, and else cannot tell. All must pass, so no correction for
 * the number of classes is due (intersection-union test, Berger 1982). Where the policy says that mistakes cost differently,
 * the overall question is what the answers cost, not how many are right. Macro-F1 and calibration are compared by a bootstrap
 * of whole groups; what an answer takes in time and memory, by runs of both models in turn.
 */
export function decideGate(input: GateInput): GateDecision {
  const { policy, classes, holdouts, resamplesMax = 10_000 } = input;
  const { check: overall, better } = overallCheck(input);
  const checks = [
    overall,
    checkOf('reference', 'On the reference holdout', comparePairs(holdouts.reference), policy.referenceMargin, policy.evidenceMin),
    ...classChecks({ policy, classes, holdouts }),
    macroF1Check(holdouts.audit, classes.map(({ classId }) => classId), policy, resamplesMax),
    ...calibrationCheck(holdouts.audit, policy, resamplesMax),
    flipsCheck([...holdouts.audit, ...holdouts.reference], policy),
    ...(input.running === undefined ? [] : runningCostChecks(input.running, policy)),
  ];
  const failed = checks.filter(({ answer }) => answer === 'hold').map(({ name }) => name);
  const unsure = checks.filter(({ answer }) => answer === 'cannot_tell');
  const verdict = failed.length > 0 ? 'hold' : unsure.length > 0 ? 'cannot_tell' : 'pass';
  return { verdict, sentence: `${verdictSentence(verdict, checks)}${wearOf(input.looks)}`, superior: better && failed.length === 0, failed, checks };
}

function overallCheck({ policy, costs = {}, classes, holdouts }: GateInput): { check: GateCheck; better: boolean } {
  const audit = comparePairs(holdouts.audit);
  if (Object.keys(costs).length === 0) {
    const better = isBetter(audit, policy.evidenceMin);
    return { better, check: checkOf('overall', 'On the audit holdout', audit, policy.overallMargin, policy.evidenceMin, better) };
  }
  const paid = comparePairCosts(holdouts.audit, costs, classes.map(({ classId }) => classId));
  const better = audit.worth >= policy.evidenceMin && paid.difference >= gainMin && paid.lower > 0;
  return { better, check: costCheck(paid, audit, policy, better) };
}

function costCheck(paid: PairedCosts, audit: PairedResult, { overallMargin: margin, evidenceMin }: GatePolicy, better: boolean): GateCheck {
  const { images, difference, lower, upper } = paid;
  const answer = better ? 'pass' : answerOf({ ...audit, lower, upper }, margin, evidenceMin);
  const known = Number.isFinite(lower) && Number.isFinite(upper);
  const least = Math.max(1, Math.ceil(evidenceMin * audit.designEffect) - images);
  const moreLabels = answer !== 'cannot_tell' ? null : known ? labelsByWidth({ images, difference, lower }, margin, least) : least;
  const facts = images === 0 ? 'On the audit holdout there is nothing to compare on yet: '
    : `On the audit holdout, ${images}, the challenger's answers cost ${paid.challengerCost.toFixed(3)} an image and the champion's ${paid.championCost.toFixed(3)} (right on ${audit.challengerRight} and ${audit.championRight}): `
      + (known ? `${points(difference)} points of a mean mistake saved, between ${points(lower)} and ${points(upper)}. ` : 'too few independent images for bounds. ');
  return {
    name: 'overall', answer, images, margin, moreLabels, difference: images === 0 ? null : difference, lower: known ? lower : null, upper: known ? upper : null,
    sentence: `${facts}${conclusionOf(answer, better, margin, moreLabels)}`,
  };
}

/** Exact McNemar, one-sided, and a gain that is worth having: called better by chance in at most 5 of 100. */
function isBetter(result: PairedResult, evidenceMin: number): boolean {
  return result.worth >= evidenceMin && result.difference >= gainMin && result.betterP < significance;
}

function classChecks({ policy, classes, holdouts }: Pick<GateInput, 'policy' | 'classes' | 'holdouts'>): GateCheck[] {
  // The same camera may be in both holdouts; its two groups are told apart, for the images are.
  const together = [
    ...holdouts.audit.map((pair) => ({ ...pair, group: `audit ${pair.group}` })),
    ...holdouts.reference.map((pair) => ({ ...pair, group: `reference ${pair.group}` })),
  ];
  return classes.map(({ classId, name }) => {
    const margin = policy.listedClasses.find((listed) => listed.classId === classId)?.margin ?? policy.perClassMargin;
    const own = together.filter((pair) => pair.truth === classId);
    return checkOf(`class ${name}`, `Of the images of ${name}`, comparePairs(own), margin, policy.evidenceMin);
  });
}

function checkOf(name: string, where: string, result: PairedResult, margin: number, evidenceMin: number, better = false): GateCheck {
  const answer = better ? 'pass' : answerOf(result, margin, evidenceMin);
  const moreLabels = answer === 'cannot_tell' ? labelsStillWanted(result, margin, evidenceMin) : null;
  const none = result.images === 0;
  return {
    name, answer, images: result.images, margin, moreLabels,
    difference: none ? null : result.difference,
    lower: none ? null : result.lower,
    upper: none ? null : result.upper,
    sentence: `${factsOf(where, result)}${conclusionOf(answer, better, margin, moreLabels)}`,
  };
}

/** A sure loss holds however few the images are, for the bounds keep their level; a pass needs the evidence the policy asks. */
function answerOf(result: PairedResult, margin: number, evidenceMin: number): GateAnswer {
  if (result.images > 0 && result.upper < -margin) return 'hold';
  return result.worth >= evidenceMin && result.lower > -margin ? 'pass' : 'cannot_tell';
}

function factsOf(where: string, { images, challengerRight, championRight, difference, lower, upper, worth }: PairedResult): string {
  if (images === 0) return `${where} there is nothing to compare on yet: `;
  const alike = worth < images ? ` (worth ${worth} independent ones)` : '';
  return `${where}, ${images}${alike}, the challenger is right on ${challengerRight} and the champion on ${championRight}: `
    + `${points(difference)} points, between ${points(lower)} and ${points(upper)}. `;
}

function conclusionOf(answer: GateAnswer, better: boolean, margin: number, moreLabels: number | null): string {
  const allowed = points(margin, false);
  if (better) return 'The gain is shown.';
  if (answer === 'pass') return `It is not worse by more than ${allowed} points.`;
  if (answer === 'hold') return `It is worse by more than the ${allowed} points allowed.`;
  if (moreLabels === null) return `It may be worse by more than ${allowed} points, and more labels would most likely only show it.`;
  return `Whether it is worse by more than ${allowed} points cannot be told; about ${moreLabels} more labels would.`;
}

function verdictSentence(verdict: GateAnswer, checks: readonly GateCheck[]): string {
  const named = (answer: GateAnswer): GateCheck[] => checks.filter((check) => check.answer === answer);
  const overall = checks[0]?.sentence ?? '';
  if (verdict === 'pass') return `All ${checks.length} checks pass. ${overall}`;
  const list = named(verdict).map(({ name }) => name).join(', ');
  if (verdict === 'hold') return `Held by ${list}. ${named('hold')[0]?.sentence ?? ''}`;
  return `${named('cannot_tell').length} of ${checks.length} checks cannot tell (${list}) and none fails. ${overall}`;
}

const wearOf = (looks: number | undefined): string => (looks === undefined || looks < looksMax ? ''
  : ` The reference holdout has had its part in ${looks} decisions and is worn out: after ${looksMax} it should be refreshed from audit items that have retired.`);
