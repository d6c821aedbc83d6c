import { clopperPearsonLower, clopperPearsonUpper } from '../statistics/proportion.ts';
import { type GateAnswer, type GateCheck, labelsByWidth, points } from './gate-check.ts';
import type { PairedAnswers } from './paired-answers.ts';
import type { GatePolicy } from './policy.ts';

/** Most images that a report names. */
const namedMax = 500;

/**
 * Lost flips (negative flips elsewhere): images that the champion answers rightly and the challenger wrongly (Yan and others 2021, "Positive-congruent
 * training"). They are named, so that each can be looked at; they hold only where the policy sets a limit, for a better model
 * of a changed world loses some answers as well.
 */
export function flipsCheck(pairs: PairedAnswers, { lostFlipMax: margin, evidenceMin }: GatePolicy): GateCheck {
  const images = pairs.length;
  const flips = pairs.filter((pair) => pair.champion === pair.truth && pair.challenger !== pair.truth);
  const base = { name: 'lost flips', images, margin, imageIds: [...new Set(flips.flatMap(({ imageId }) => imageId ?? []))].slice(0, namedMax) };
  const facts = `The challenger is wrong on ${flips.length} of ${images} images that the champion answers rightly`;
  if (images === 0) return { ...base, answer: margin < 1 ? 'cannot_tell' : 'pass', difference: null, lower: null, upper: null, moreLabels: margin < 1 ? evidenceMin : null, sentence: 'There is nothing to look for lost answers on yet.' };
  const [share, lower, upper] = [flips.length / images, clopperPearsonLower(flips.length, images), clopperPearsonUpper(flips.length, images)];
  // A loss, as in the other checks: below 0.
  const figures = { difference: -share, lower: -upper, upper: -lower };
  if (margin >= 1) return { ...base, ...figures, moreLabels: null, answer: 'pass', sentence: `${facts} (${points(share, false)} %); the policy sets no limit.` };
  const answer: GateAnswer = lower > margin ? 'hold' : upper <= margin ? 'pass' : 'cannot_tell';
  const limit = `${points(margin, false)} %`;
  // What is left of the margin is the room that the bound has to come into.
  const moreLabels = answer === 'cannot_tell' ? labelsByWidth({ images, difference: 0, lower: share - upper }, margin - share, 1) : null;
  const more = moreLabels === null ? 'and more labels would most likely only show it' : `about ${moreLabels} more labels would tell`;
  const conclusion = { hold: `more than the ${limit} allowed`, pass: `not more than the ${limit} allowed`, cannot_tell: `whether that is more than ${limit} cannot be told, ${more}` }[answer];
  return { ...base, ...figures, moreLabels, answer, sentence: `${facts} (${points(share, false)} %, between ${points(lower, false)} and ${points(upper, false)}): ${conclusion}.` };
}
