import type { HoldoutAnswer } from './holdout-report.ts';
import { comparePairs, type PairedAnswer } from './paired-answers.ts';
import type { ProjectClass } from './prediction.ts';

/** One image that two versions answered: `answer` is the newer one's, `before` the older one's. */
export interface ComparedImage extends HoldoutAnswer {
  readonly before: number;
  readonly beforeConfidence: number;
}

/** What changed for an image; `lost` is a negative flip: the older version was right and the newer one is wrong. */
export type Flip = 'lost' | 'gained' | 'both_wrong' | 'both_right';

/** Newer − older on the same images, as shares, with one-sided 95 % bounds on what the images are worth. */
export interface PairedFigures {
  readonly images: number;
  readonly right: number;
  readonly beforeRight: number;
  readonly worth: number;
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  /** Exact McNemar, one-sided: how likely such a gain is where the two are equal. */
  readonly betterP: number;
}

export interface Comparison {
  readonly overall: PairedFigures;
  readonly flips: Readonly<Record<Flip, number>>;
  /** Recall by class, in the order of the project's classes; only classes with an image. */
  readonly classes: readonly (PairedFigures & { readonly classId: number })[];
  /** Most images first. */
  readonly cameras: readonly (PairedFigures & { readonly camera: string | null })[];
}

/** Images that both have answered; an image that one of the two has never seen cannot be compared on. */
export function pairUp(newer: readonly HoldoutAnswer[], older: readonly HoldoutAnswer[]): readonly ComparedImage[] {
  const before = new Map(older.map((each) => [each.imageId, each]));
  return newer.flatMap((each) => {
    const then = before.get(each.imageId);
    return then === undefined ? [] : [{ ...each, before: then.answer, beforeConfidence: then.confidence }];
  });
}

export function flipOf({ truth, answer, before }: Pick<ComparedImage, 'truth' | 'answer' | 'before'>): Flip {
  if (before === truth) return answer === truth ? 'both_right' : 'lost';
  return answer === truth ? 'gained' : 'both_wrong';
}

/** Two versions on the same images, paired: overall, by class and by camera. */
export function compareVersions(images: readonly ComparedImage[], classes: readonly ProjectClass[]): Comparison {
  const flips = { lost: 0, gained: 0, both_wrong: 0, both_right: 0 };
  for (const each of images) flips[flipOf(each)] += 1;
  const byClass = Map.groupBy(images, ({ truth }) => truth);
  const order = [...classes.map(({ classId }) => classId), ...[...byClass.keys()].filter((classId) => !classes.some((each) => each.classId === classId))];
  return {
    overall: figuresOf(images),
    flips,
    classes: order.flatMap((classId) => { const own = byClass.get(classId); return own === undefined ? [] : [{ classId, ...figuresOf(own) }]; }),
    cameras: [...Map.groupBy(images, ({ camera }) => camera)].map(([camera, own]) => ({ camera, ...figuresOf(own) })).toSorted((a, b) => b.images - a.images),
  };
}

function figuresOf(images: readonly ComparedImage[]): PairedFigures {
  const pairs = images.map(({ truth, answer, before, group }): PairedAnswer => ({ truth, champion: before, challenger: answer, group, weight: 1 }));
  const { images: count, challengerRight, championRight, worth, difference, lower, upper, betterP } = comparePairs(pairs);
  return { images: count, right: challengerRight, beforeRight: championRight, worth, difference, lower, upper, betterP };
}
