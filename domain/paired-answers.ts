import { exactMcNemar } from '../statistics/mcnemar.ts';
import { type PairedCounts, pairedLowerBound, pairedUpperBound } from '../statistics/paired-difference.ts';
import { designEffectOf, requiredPairs } from '../statistics/sample-size.ts';

/** What champion and challenger answered for one labelled image; answers and truth are class ids. */
export interface PairedAnswer {
  readonly truth: number;
  readonly champion: number;
  readonly challenger: number;
  /** Burst, camera site or image: images of one group are not independent. */
  readonly group: string;
  /** One over the probability of having been drawn. Kept for accuracy estimates; a paired comparison does not need it. */
  readonly weight: number;
  readonly imageId?: string;
  /** Calibrated, of the class that each answers. */
  readonly confidence?: { readonly champion: number; readonly challenger: number };
}
export type PairedAnswers = readonly PairedAnswer[];

/** Both models on the same images. Differences are challenger − champion, as shares. */
export interface PairedResult {
  readonly images: number;
  readonly championRight: number;
  readonly challengerRight: number;
  /** How many independent images the images are worth, rounded down: images over the design effect. */
  readonly worth: number;
  readonly difference: number;
  /** One-sided 95 % bounds (Tango) on what the images are worth. */
  readonly lower: number;
  readonly upper: number;
  /** Exact McNemar, one-sided: how likely such a gain is where the two are equal. */
  readonly betterP: number;
  readonly disagreeShare: number;
  readonly designEffect: number;
}

/**
 * Compares the two models image by image. Where images of a group go right and wrong together, the counts shrink by the
 * measured design effect, so that ten frames of one burst weigh about as much as one; where each image is its own group,
 * nothing shrinks and the test is exact.
 */
export function comparePairs(pairs: PairedAnswers): PairedResult {
  const images = pairs.length;
  const gains = pairs.map((pair) => Number(pair.challenger === pair.truth) - Number(pair.champion === pair.truth));
  const count = (wanted: number): number => gains.filter((gain) => gain === wanted).length;
  const [newOnly, oldOnly] = [count(1), count(-1)];
  const designEffect = designEffectOf([...gainsByGroup(pairs, gains).values()]);
  const counts = shrink({ newOnly, oldOnly, n: images }, designEffect);
  return {
    images,
    championRight: pairs.filter((pair) => pair.champion === pair.truth).length,
    challengerRight: pairs.filter((pair) => pair.challenger === pair.truth).length,
    worth: counts.n,
    difference: images === 0 ? 0 : (newOnly - oldOnly) / images,
    lower: pairedLowerBound(counts),
    upper: pairedUpperBound(counts),
    betterP: exactMcNemar(counts.newOnly, counts.oldOnly).newBetter,
    disagreeShare: images === 0 ? 0 : (newOnly + oldOnly) / images,
    designEffect,
  };
}

/** More labels than this are no advice: the loss seen is the margin, but for what a floating point leaves. */
export const labelsMax = 10_000_000;

/**
 * Labels still wanted before "not worse by more than `margin`" can be shown with power 80 %, should what was seen so far
 * be true; null where what was seen is worse than that already, for then more labels would only show the loss.
 *
 * @param evidenceMin the least that any claim rests on, in independent images
 */
export function labelsStillWanted(result: PairedResult, margin: number, evidenceMin: number): number | null {
  const room = margin + Math.min(0, result.difference);
  const least = Math.ceil(evidenceMin * result.designEffect) - result.images;
  if (room <= 0) return least > 0 ? least : null;
  // No disagreement among few images does not mean that there is none: one in the next two is supposed.
  const disagreeShare = Math.min(0.99, Math.max(result.disagreeShare, 1 / (result.images + 2)));
  const wanted = requiredPairs({ disagreeShare, margin: Math.min(0.99, room), designEffect: result.designEffect });
  if (wanted > labelsMax) return least > 0 ? least : null;
  return Math.max(wanted - result.images, least, 1);
}

function gainsByGroup(pairs: PairedAnswers, gains: readonly number[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  pairs.forEach(({ group }, i) => {
    const own = groups.get(group);
    if (own === undefined) groups.set(group, [gains[i] as number]);
    else own.push(gains[i] as number);
  });
  return groups;
}

/** Gains are rounded down and losses up: rounding never speaks for the challenger. */
function shrink({ newOnly, oldOnly, n }: PairedCounts, by: number): PairedCounts {
  if (by === 1) return { newOnly, oldOnly, n };
  const fewer = { newOnly: Math.floor(newOnly / by), oldOnly: Math.ceil(oldOnly / by) };
  return { ...fewer, n: Math.max(Math.floor(n / by), fewer.newOnly + fewer.oldOnly) };
}
