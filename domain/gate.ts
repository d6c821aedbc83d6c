import { comparePairs, labelsStillWanted, type PairedAnswers, type PairedResult } from './paired-answers.ts';
import type { GatePolicy } from './policy.ts';
import type { ProjectClass } from './prediction.ts';

export type { PairedAnswer, PairedAnswers } from './paired-answers.ts';

export type GateAnswer = 'pass' | 'hold' | 'cannot_tell';

/** One question the gate asked, with the figures that answered it. Differences and margins are shares: 0.01 is a point. */
export interface GateCheck {
  readonly name: string;
  readonly answer: GateAnswer;
  readonly sentence: string;
  readonly images: number;
  /** challenger − champion; null where there are no images */
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly margin: number;
  /** For `cannot_tell`: labels that would settle it, null where more labels would only show the loss. */
  readonly moreLabels: number | null;
}

export interface GateInput {
  readonly policy: GatePolicy;
  readonly classes: readonly ProjectClass[];
  readonly holdouts: { readonly audit: PairedAnswers; readonly reference: PairedAnswers };
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

/**
 * Champion and challenger on the same labelled images: may the challenger take over?
 *
 * The audit holdout decides (not worse by more than a margin, or shown to be better); the reference holdout guards
 * against collapse; the recall of every class is guarded on both together. A check holds when it is sure that the loss
 * exceeds the margin, passes when it is sure that it does not, and else cannot tell. All must pass, so no correction for
 * the number of classes is due (intersection-union test, Berger 1982).
 */
export function decideGate({ policy, classes, holdouts }: GateInput): GateDecision {
  const audit = comparePairs(holdouts.audit);
  const better = isBetter(audit, policy.evidenceMin);
  const checks = [
    checkOf('overall', 'On the audit holdout', audit, policy.overallMargin, policy.evidenceMin, better),
    checkOf('reference', 'On the reference holdout', comparePairs(holdouts.reference), policy.referenceMargin, policy.evidenceMin),
    ...classChecks({ policy, classes, holdouts }),
  ];
  const failed = checks.filter(({ answer }) => answer === 'hold').map(({ name }) => name);
  const unsure = checks.filter(({ answer }) => answer === 'cannot_tell');
  const verdict = failed.length > 0 ? 'hold' : unsure.length > 0 ? 'cannot_tell' : 'pass';
  return { verdict, sentence: verdictSentence(verdict, checks), superior: better && failed.length === 0, failed, checks };
}

/** Exact McNemar, one-sided, and a gain that is worth having: called better by chance in at most 5 of 100. */
function isBetter(result: PairedResult, evidenceMin: number): boolean {
  return result.worth >= evidenceMin && result.difference >= gainMin && result.betterP < significance;
}

function classChecks({ policy, classes, holdouts }: GateInput): GateCheck[] {
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

/** A share in percentage points, with its sign: 0.012 is "+1.2". */
function points(share: number, signed = true): string {
  const figure = Number((100 * share).toFixed(1));
  return signed && figure > 0 ? `+${figure}` : String(figure).replace('-', '−');
}
