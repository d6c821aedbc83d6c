import { PerennialError } from '../domain/errors.ts';
import { holm } from '../statistics/holm.ts';
import { exactMcNemar, type McNemar } from '../statistics/mcnemar.ts';
import { pairedDifference, pairedLowerBound, pairedUpperBound } from '../statistics/paired-difference.ts';

/** Two models on the same images: what a gate decides by. Differences are new − old, as shares. */
export interface PairedComparison {
  readonly n: number;
  /** only the new one right; only the old one right (the negative flips) */
  readonly newOnly: number;
  readonly oldOnly: number;
  readonly difference: number;
  /** one-sided 95 % bounds (Tango) */
  readonly lowerBound: number;
  readonly upperBound: number;
  /** two-sided 95 % interval (Tango) */
  readonly interval: { readonly lower: number; readonly upper: number };
  readonly mcNemar: McNemar;
  /** share of images that the old one had right and the new one has wrong */
  readonly negativeFlipRate: number;
}

export interface ClassComparison extends PairedComparison {
  readonly classIndex: number;
  /** two-sided McNemar p, adjusted by Holm over the classes that occur */
  readonly adjustedP: number;
}

/**
 * Compares correctness on the same images. Images of one burst must be collapsed to one beforehand.
 *
 * @throws PerennialError TRAINING_INPUT_INVALID when the lists differ in length
 */
export function comparePaired(oldCorrect: readonly boolean[], newCorrect: readonly boolean[]): PairedComparison {
  if (oldCorrect.length !== newCorrect.length) {
    throw new PerennialError('TRAINING_INPUT_INVALID', 'The two models were not evaluated on the same images.');
  }
  const n = oldCorrect.length;
  const newOnly = newCorrect.filter((right, i) => right && !oldCorrect[i]).length;
  const oldOnly = oldCorrect.filter((right, i) => right && !newCorrect[i]).length;
  const counts = { newOnly, oldOnly, n };
  const { difference, lower, upper } = pairedDifference(counts, 0.95);
  return {
    ...counts,
    difference,
    lowerBound: pairedLowerBound(counts, 0.95),
    upperBound: pairedUpperBound(counts, 0.95),
    interval: { lower, upper },
    mcNemar: exactMcNemar(newOnly, oldOnly),
    negativeFlipRate: n === 0 ? 0 : oldOnly / n,
  };
}

/** The same for the recall of each class that occurs among `labels` (−1, a class a model lacks, is left out here). */
export function comparePerClass(
  oldCorrect: readonly boolean[],
  newCorrect: readonly boolean[],
  labels: Int32Array,
): ClassComparison[] {
  const present = [...new Set(labels)].filter((label) => label >= 0).toSorted((a, b) => a - b);
  const comparisons = present.map((classIndex) => {
    const own = (values: readonly boolean[]): boolean[] => values.filter((_, i) => labels[i] === classIndex);
    return { classIndex, ...comparePaired(own(oldCorrect), own(newCorrect)) };
  });
  const adjusted = holm(comparisons.map(({ mcNemar }) => mcNemar.twoSided));
  return comparisons.map((comparison, i) => ({ ...comparison, adjustedP: adjusted[i] as number }));
}
