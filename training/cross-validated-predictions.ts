import type { MatrixProducts } from '../domain/matrix-products.ts';
import { createRandom } from '../statistics/random.ts';
import { heldOutLogits } from './held-out-logits.ts';
import { logLossOf, probabilitiesOf } from './softmax.ts';
import { fitTemperature } from './temperature.ts';
import { type LabelledEmbeddings, prepareTrainingSet } from './training-set.ts';
import { NEVER_HELD_OUT, validationFolds } from './validation-folds.ts';

export interface CrossValidatedPredictions {
  /** n × classIds, calibrated by one temperature over all folds; rows of images that were not held out are all 0 */
  readonly probabilities: Float32Array;
  /** whether an image was held out; classes with a single group, and images of weight 0, are not */
  readonly heldOut: readonly boolean[];
  readonly temperature: number;
  /** mean log loss after the temperature, NaN when nothing was held out */
  readonly logLoss: number;
}

/**
 * What a head says of each image when it was fitted without that image's group: for finding labels that are probably
 * wrong, and for a gate where there are too few images for a holdout.
 *
 * @param l2 as chosen by `trainHead`
 * @throws PerennialError TRAINING_INPUT_INVALID, TRAINING_TOO_FEW_CLASSES
 */
export async function crossValidatedPredictions(
  products: MatrixProducts,
  input: LabelledEmbeddings & { readonly l2: number; readonly seed: number; readonly folds?: number },
): Promise<CrossValidatedPredictions> {
  const { folds: count = 5 } = input;
  const set = prepareTrainingSet(input);
  const plan = validationFolds(set, input.groups, { count, use: count, random: createRandom(input.seed) });
  const bound = await products.bind(set.embeddings, set.n, set.d);
  try {
    const { logits } = await heldOutLogits(bound, set.targets, plan.folds, plan.heldOut, { l2: input.l2 });
    const { classes, labels } = set.targets;
    const heldOut = Array.from(plan.folds, (fold) => fold !== NEVER_HELD_OUT && plan.heldOut.includes(fold));
    const sampleWeights = set.judgeWeights.map((weight, i) => (heldOut[i] ? weight : 0));
    const temperature = fitTemperature(logits, labels, classes, sampleWeights);
    const own = probabilitiesOf(logits, classes, temperature);
    const probabilities = spread(own, heldOut, set.present, input.classIds.length);
    return { probabilities, heldOut, temperature, logLoss: logLossOf(logits, labels, classes, { temperature, sampleWeights }) };
  } finally {
    await bound.release();
  }
}

/** Columns of the classes with images put where the whole class list has them. */
function spread(own: Float32Array, heldOut: readonly boolean[], present: readonly number[], classes: number): Float32Array {
  const result = new Float32Array(heldOut.length * classes);
  heldOut.forEach((was, i) => {
    if (!was) return;
    present.forEach((position, row) => (result[i * classes + position] = own[i * present.length + row] as number));
  });
  return result;
}
