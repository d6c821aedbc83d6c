import { PerennialError } from '../domain/errors.ts';
import { minimise, type ValueAndGradient } from './lbfgs.ts';
import type { BoundEmbeddings, HeadParameters, Targets } from '../domain/matrix-products.ts';

export interface FitHeadOptions {
  /**
   * Strength of the penalty ½·l2·‖W‖² against the *sum* of the losses: scikit-learn's 1/C for three classes and more
   * (see `l2OfC`). > 0. The intercept is not penalised.
   */
  readonly l2: number;
  /** where to start; zero when left out. It changes the time, not the answer. */
  readonly warmStart?: HeadParameters;
  readonly maxIterations?: number;
  /**
   * Largest element of the gradient of the mean loss at which to stop. scikit-learn's `tol` is 1e-4, which leaves its
   * loss about 1e-4 above the optimum; the default here ends at or below it.
   */
  readonly tolerance?: number;
  readonly onProgress?: (progress: { iteration: number; loss: number; gradientMax: number }) => void;
}

export interface FittedHead extends HeadParameters {
  /** mean loss with penalty: (Σ w·−log p + ½·l2·‖W‖²) / Σ w, what scikit-learn minimises */
  readonly loss: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/**
 * Multinomial logistic regression on bound embeddings by L-BFGS; the objective is that of scikit-learn's
 * `LogisticRegression(C=1/l2)`. Deterministic for one engine.
 *
 * The search runs on centred embeddings, written as a change of variable (bias + W·mean), so no copy of them is made:
 * the optimum is the same, since the intercept is free, but the long common direction that normalised embeddings share
 * no longer slows it down. Biases are returned with mean 0.
 *
 * @param embeddings n × d, bound once and used for any number of fits
 * @param targets classes ≥ 2, one label and weight an image; at least one weight > 0
 * @throws PerennialError TRAINING_INPUT_INVALID when sizes, labels, weights, l2 or the start do not fit or are not finite;
 *   TRAINING_TOO_FEW_CLASSES when fewer than two classes have an image of weight > 0
 */
export async function fitHead(embeddings: BoundEmbeddings, targets: Targets, options: FitHeadOptions): Promise<FittedHead> {
  const { l2, maxIterations = 1000, tolerance = 2e-5, onProgress } = options;
  const totalWeight = requireTargets(embeddings, targets, options);
  const { classes } = targets;
  const { d } = embeddings;
  const mean = await weightedMean(embeddings, targets, totalWeight);

  const evaluate = async (x: Float64Array): Promise<ValueAndGradient> => {
    const head = headAt(x, classes, d, mean);
    const { loss, weightsGradient, biasGradient } = await embeddings.lossAndGradient(head, targets);
    const gradient = new Float64Array(x.length);
    let squares = 0;
    for (let k = 0; k < classes; k += 1) {
      const biasSlope = biasGradient[k] as number;
      for (let j = 0; j < d; j += 1) {
        const at = k * d + j;
        const weight = x[at] as number;
        squares += weight * weight;
        gradient[at] = ((weightsGradient[at] as number) - (mean[j] as number) * biasSlope + l2 * weight) / totalWeight;
      }
      gradient[classes * d + k] = biasSlope / totalWeight;
    }
    return { value: (loss + 0.5 * l2 * squares) / totalWeight, gradient };
  };

  const result = await minimise(evaluate, startAt(options.warmStart, classes, d, mean), {
    maxIterations,
    tolerance,
    onIteration: ({ iteration, value, gradientMax }) => onProgress?.({ iteration, loss: value, gradientMax }),
  });
  if (!Number.isFinite(result.value)) {
    throw new PerennialError('TRAINING_INPUT_INVALID', 'The loss is not a number: an embedding is not finite or too large.');
  }
  const { iterations, evaluations, converged } = result;
  return { ...withCentredBias(headAt(result.x, classes, d, mean)), loss: result.value, iterations, evaluations, converged };
}

/**
 * The `l2` that scikit-learn's C stands for. With two classes scikit-learn penalises one vector where softmax has two
 * opposite halves, hence the factor 2.
 */
export function l2OfC(c: number, classes: number): number {
  return (classes === 2 ? 2 : 1) / c;
}

/**
 * Σ w·x / Σ w, through the engine, so that the embeddings need not be at hand here: for a head of zeros and two classes
 * of which no image has the second, every probability is ½, and the second row of the gradient is ½·Σ w·x.
 */
async function weightedMean(embeddings: BoundEmbeddings, targets: Targets, totalWeight: number): Promise<Float64Array> {
  const { n, d } = embeddings;
  const twoClasses: Targets = { classes: 2, labels: new Int32Array(n), sampleWeights: targets.sampleWeights };
  const zero = { weights: new Float32Array(2 * d), bias: new Float32Array(2) };
  const { weightsGradient } = await embeddings.lossAndGradient(zero, twoClasses);
  return Float64Array.from(weightsGradient.subarray(d, 2 * d), (value) => (2 * value) / totalWeight);
}

/** Search variables are W and bias + W·mean; this turns them back into a head. */
function headAt(x: Float64Array, classes: number, d: number, mean: Float64Array): HeadParameters {
  const weights = Float32Array.from(x.subarray(0, classes * d));
  const bias = new Float32Array(classes);
  for (let k = 0; k < classes; k += 1) bias[k] = (x[classes * d + k] as number) - dotAt(weights, k * d, mean);
  return { weights, bias };
}

function startAt(warmStart: HeadParameters | undefined, classes: number, d: number, mean: Float64Array): Float64Array {
  const x = new Float64Array(classes * (d + 1));
  if (warmStart === undefined) return x;
  x.set(warmStart.weights, 0);
  for (let k = 0; k < classes; k += 1) {
    x[classes * d + k] = (warmStart.bias[k] as number) + dotAt(warmStart.weights, k * d, mean);
  }
  return x;
}

function dotAt(weights: Float32Array, offset: number, mean: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < mean.length; j += 1) sum += (weights[offset + j] as number) * (mean[j] as number);
  return sum;
}

function withCentredBias({ weights, bias }: HeadParameters): HeadParameters {
  const mean = bias.reduce((sum, value) => sum + value, 0) / bias.length;
  return { weights, bias: bias.map((value) => value - mean) };
}

function requireTargets(embeddings: BoundEmbeddings, targets: Targets, { l2, warmStart }: FitHeadOptions): number {
  const { classes, labels, sampleWeights } = targets;
  const { n, d } = embeddings;
  const wrong = (message: string): PerennialError => new PerennialError('TRAINING_INPUT_INVALID', message);
  if (labels.length !== n || sampleWeights.length !== n) throw wrong('There must be one label and one weight an image.');
  if (!(l2 > 0 && Number.isFinite(l2))) throw wrong('The regularisation must be a number above 0.');
  if (warmStart && (warmStart.weights.length !== classes * d || warmStart.bias.length !== classes)) {
    throw wrong('The head to start from has another shape.');
  }
  if (warmStart && !(warmStart.weights.every(Number.isFinite) && warmStart.bias.every(Number.isFinite))) {
    throw wrong('The head to start from is not finite.');
  }
  const seen = new Set<number>();
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    const label = labels[i] as number;
    const weight = sampleWeights[i] as number;
    if (label < 0 || label >= classes) throw wrong(`A label (${label}) is outside 0 to ${classes - 1}.`);
    if (!(weight >= 0 && weight < Infinity)) throw wrong('A weight is negative or not finite.');
    if (weight > 0) seen.add(label);
    total += weight;
  }
  if (seen.size < 2) throw new PerennialError('TRAINING_TOO_FEW_CLASSES');
  return total;
}
