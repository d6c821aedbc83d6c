import type { BoundEmbeddings, HeadParameters, Targets } from '../domain/matrix-products.ts';
import { type FitHeadOptions, fitHead } from './fit-head.ts';

/** Logits of images by heads that were not fitted on them. */
export interface HeldOut {
  /** n × classes; rows of images outside every fold are zero */
  readonly logits: Float32Array;
  /** one head a fold, to start the next fit from */
  readonly heads: readonly HeadParameters[];
  readonly iterations: number;
}

/**
 * For each listed fold: fits a head on all other images and answers the fold's own. With folds 0 … 4 that is 5-fold
 * cross-validation; with fold 1 alone it is one validation split. Images are masked by weight, not copied.
 *
 * @param folds fold of each image
 * @param heldOutFolds which folds to answer
 * @param warmStarts one head a listed fold, from an earlier call
 * @throws PerennialError as `fitHead`, for instance when a fold's complement lacks a second class
 */
export async function heldOutLogits(
  embeddings: BoundEmbeddings,
  targets: Targets,
  folds: Int32Array,
  heldOutFolds: readonly number[],
  options: FitHeadOptions,
  warmStarts: readonly HeadParameters[] = [],
): Promise<HeldOut> {
  const { classes } = targets;
  const logits = new Float32Array(embeddings.n * classes);
  const heads: HeadParameters[] = [];
  let iterations = 0;
  for (const [position, fold] of heldOutFolds.entries()) {
    const sampleWeights = targets.sampleWeights.map((weight, i) => (folds[i] === fold ? 0 : weight));
    const warmStart = warmStarts[position] ?? options.warmStart;
    const head = await fitHead(embeddings, { ...targets, sampleWeights }, { ...options, ...(warmStart && { warmStart }) });
    const answers = await embeddings.logits(head);
    folds.forEach((of, i) => {
      if (of === fold) logits.set(answers.subarray(i * classes, (i + 1) * classes), i * classes);
    });
    heads.push(head);
    iterations += head.iterations;
  }
  return { logits, heads, iterations };
}
