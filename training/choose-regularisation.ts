import type { BoundEmbeddings, HeadParameters, Targets } from '../domain/matrix-products.ts';
import type { FitHeadOptions } from './fit-head.ts';
import { heldOutLogits } from './held-out-logits.ts';
import { logLossOf } from './softmax.ts';

/** 1/C of scikit-learn, strong to weak, for embeddings of length 1. */
export const L2_GRID: readonly number[] = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

export interface RegularisationChoice {
  readonly l2: number;
  /** mean log loss on the held-out images, uncalibrated, at the chosen l2 */
  readonly validationLogLoss: number;
  /** n × classes; only rows of held-out images mean something */
  readonly logits: Float32Array;
  /** head fitted at the chosen l2 without the first held-out fold: a near start for the final fit */
  readonly head: HeadParameters;
  readonly tried: readonly { readonly l2: number; readonly logLoss: number }[];
  readonly iterations: number;
}

export interface ChooseRegularisationOptions extends Omit<FitHeadOptions, 'l2'> {
  /** strong to weak */
  readonly grid?: readonly number[];
  /** weights of the held-out images when judging; those of `targets` when left out */
  readonly judgeWeights?: Float32Array;
}

/**
 * The l2 with the least log loss on held-out images. Goes from strong to weak, each fit starting from the one before,
 * and stops at the first rise: held-out loss over ln l2 has one valley but for noise, and the weaker fits are the ones
 * that take long. A looser tolerance than the final fit's would not do: from the neighbour's head it is met at once, and
 * two l2 look alike that are not.
 *
 * @param folds fold of each image, and `heldOutFolds` which of them to hold out in turn
 * @throws PerennialError as `fitHead`
 */
export async function chooseRegularisation(
  embeddings: BoundEmbeddings,
  targets: Targets,
  folds: Int32Array,
  heldOutFolds: readonly number[],
  { grid = L2_GRID, judgeWeights = targets.sampleWeights, ...options }: ChooseRegularisationOptions = {},
): Promise<RegularisationChoice> {
  const sampleWeights = judgeWeights.map((weight, i) => (heldOutFolds.includes(folds[i] as number) ? weight : 0));
  const tried: { l2: number; logLoss: number }[] = [];
  let best: Omit<RegularisationChoice, 'tried' | 'iterations'> | null = null;
  let heads: readonly HeadParameters[] = [];
  let iterations = 0;
  for (const l2 of grid) {
    const heldOut = await heldOutLogits(embeddings, targets, folds, heldOutFolds, { ...options, l2 }, heads);
    const logLoss = logLossOf(heldOut.logits, targets.labels, targets.classes, { sampleWeights });
    heads = heldOut.heads;
    iterations += heldOut.iterations;
    tried.push({ l2, logLoss });
    const head = heads[0];
    if (head !== undefined && (best === null || logLoss < best.validationLogLoss)) {
      best = { l2, validationLogLoss: logLoss, logits: heldOut.logits, head };
    } else {
      break;
    }
  }
  if (best === null) throw new RangeError('the grid or the list of folds is empty');
  return { ...best, tried, iterations };
}
