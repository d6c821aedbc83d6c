import type { HeadParameters, MatrixProducts } from '../domain/matrix-products.ts';
import { createRandom } from '../statistics/random.ts';
import { chooseRegularisation, type RegularisationChoice } from './choose-regularisation.ts';
import { centroidsOf } from './embeddings.ts';
import { evaluate } from './evaluate.ts';
import { fitHead } from './fit-head.ts';
import { probabilitiesOf } from './softmax.ts';
import { fitTemperature } from './temperature.ts';
import { type LabelledEmbeddings, prepareTrainingSet, type TrainingSet } from './training-set.ts';
import { NEVER_HELD_OUT, type ValidationFolds, validationFolds } from './validation-folds.ts';

const FOLDS = 5;
/** From here on one fifth is enough to judge by; below, every image takes its turn. */
const ONE_SPLIT_FROM = 2_000;
/** Used when nothing can be held out. */
const L2_UNTESTED = 0.1;
/** Calibrated logit of a class without images: below any answer, and still a finite number. */
const ABSENT_LOGIT = -30;

/** A head as a model version stores it; has every field of the port `Head`. */
export interface TrainedHead extends HeadParameters {
  readonly classIds: readonly number[];
  readonly dimensions: number;
  readonly temperature: number;
  readonly normalise: 'l2' | 'none';
  readonly centroids: Float32Array;
}

export interface TrainHeadInput extends LabelledEmbeddings {
  /** same input and seed, same bytes (for one engine with one number of threads) */
  readonly seed: number;
  /** where to start from, usually the champion; its classes may differ */
  readonly previousHead?: HeadParameters & { readonly classIds: readonly number[]; readonly dimensions: number };
  readonly l2Grid?: readonly number[];
  readonly onProgress?: (progress: { stage: 'choosing' | 'fitting'; iteration: number; loss: number }) => void;
}

/** What the run reports. Validation figures are of images held out of the fit, at their natural class mix. */
export interface TrainHeadReport {
  readonly l2: number;
  readonly tried: readonly { readonly l2: number; readonly logLoss: number }[];
  /** how many images the validation figures rest on; at 0 they are null */
  readonly validationImages: number;
  readonly validation: null | {
    readonly logLossUncalibrated: number;
    readonly logLoss: number;
    readonly accuracy: number;
    readonly macroF1: number;
    /** after the temperature, which was fitted on the same images: a little kind */
    readonly ece: number;
    /** one a class id, NaN for a class without held-out images */
    readonly recall: readonly { readonly classId: number; readonly recall: number; readonly count: number }[];
  };
  /** of the final fit, on all images */
  readonly loss: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** of all fits together */
  readonly iterationsTotal: number;
  readonly classesWithoutImages: readonly number[];
  readonly milliseconds: number;
}

/**
 * A head from labelled embeddings: regularisation and temperature are chosen on images held out by group (one fifth from
 * 2,000 images on, 5-fold below), then the head is fitted on everything. A class without images keeps its row, at a
 * calibrated logit of −30.
 *
 * Embeddings are scaled to length 1 by default and by nothing more: any further scale s only renames l2 to l2/s², and l2
 * is chosen here.
 *
 * @param deps `now` in milliseconds, for the report only
 * @throws PerennialError TRAINING_INPUT_INVALID, TRAINING_TOO_FEW_CLASSES (see `prepareTrainingSet`)
 */
export async function trainHead(
  deps: { readonly products: MatrixProducts; readonly now: () => number },
  input: TrainHeadInput,
): Promise<{ head: TrainedHead; report: TrainHeadReport }> {
  const startedAt = deps.now();
  const set = prepareTrainingSet(input);
  const plan = validationFolds(set, input.groups, {
    count: FOLDS,
    use: set.n >= ONE_SPLIT_FROM ? 1 : FOLDS,
    random: createRandom(input.seed),
  });
  const bound = await deps.products.bind(set.embeddings, set.n, set.d);
  try {
    const choice = plan.heldOut.length === 0 ? null : await choose(bound, set, plan, input);
    const l2 = choice?.l2 ?? L2_UNTESTED;
    const warmStart = choice?.head ?? startFrom(input, set);
    const fitted = await fitHead(bound, set.targets, {
      l2,
      ...(warmStart && { warmStart }),
      onProgress: ({ iteration, loss }) => input.onProgress?.({ stage: 'fitting', iteration, loss }),
    });
    const judged = choice === null ? null : judge(choice, set, plan, input.classIds);
    const temperature = judged?.temperature ?? 1;
    return {
      head: headOf(fitted, temperature, set, input),
      report: {
        l2,
        tried: choice?.tried ?? [],
        validationImages: judged?.n ?? 0,
        validation: judged?.validation ?? null,
        loss: fitted.loss,
        iterations: fitted.iterations,
        converged: fitted.converged,
        iterationsTotal: fitted.iterations + (choice?.iterations ?? 0),
        classesWithoutImages: input.classIds.filter((_, position) => !set.present.includes(position)),
        milliseconds: deps.now() - startedAt,
      },
    };
  } finally {
    await bound.release();
  }
}

function choose(
  bound: Awaited<ReturnType<MatrixProducts['bind']>>,
  set: TrainingSet,
  { folds, heldOut }: ValidationFolds,
  input: TrainHeadInput,
): Promise<RegularisationChoice> {
  const warmStart = startFrom(input, set);
  return chooseRegularisation(bound, set.targets, folds, heldOut, {
    judgeWeights: set.judgeWeights,
    ...(input.l2Grid && { grid: input.l2Grid }),
    ...(warmStart && { warmStart }),
    onProgress: ({ iteration, loss }) => input.onProgress?.({ stage: 'choosing', iteration, loss }),
  });
}

/** Temperature and figures from the held-out logits. */
function judge(choice: RegularisationChoice, set: TrainingSet, { folds, heldOut }: ValidationFolds, classIds: readonly number[]) {
  const { classes, labels } = set.targets;
  const rows = Array.from(folds.keys()).filter((i) => folds[i] !== NEVER_HELD_OUT && heldOut.includes(folds[i] as number));
  const logits = new Float32Array(rows.length * classes);
  rows.forEach((i, row) => logits.set(choice.logits.subarray(i * classes, (i + 1) * classes), row * classes));
  const ownLabels = Int32Array.from(rows, (i) => labels[i] as number);
  const weights = Float32Array.from(rows, (i) => set.judgeWeights[i] as number);
  const temperature = fitTemperature(logits, ownLabels, classes, weights);
  const probabilities = probabilitiesOf(logits, classes, temperature);
  const evaluation = evaluate({ probabilities, labels: ownLabels, classes });
  const recall = classIds.map((classId, position) => {
    const own = evaluation.perClass[set.present.indexOf(position)];
    return { classId, recall: own?.recall ?? NaN, count: own?.count ?? 0 };
  });
  const { logLoss, accuracy, macroF1, ece } = evaluation;
  const validation = { logLossUncalibrated: choice.validationLogLoss, logLoss, accuracy, macroF1, ece, recall };
  return { n: rows.length, temperature, validation };
}

/** The previous head's rows for the classes at hand, by class id; new classes start at zero. Null if it does not fit. */
function startFrom({ previousHead, classIds }: TrainHeadInput, { present, d }: TrainingSet): HeadParameters | null {
  if (previousHead === undefined || previousHead.dimensions !== d) return null;
  const weights = new Float32Array(present.length * d);
  const bias = new Float32Array(present.length);
  present.forEach((position, row) => {
    const from = previousHead.classIds.indexOf(classIds[position] as number);
    if (from === -1) return;
    weights.set(previousHead.weights.subarray(from * d, (from + 1) * d), row * d);
    bias[row] = previousHead.bias[from] as number;
  });
  return { weights, bias };
}

function headOf(fitted: HeadParameters, temperature: number, set: TrainingSet, input: TrainHeadInput): TrainedHead {
  const { present, d, targets } = set;
  const classes = input.classIds.length;
  const weights = new Float32Array(classes * d);
  const bias = new Float32Array(classes).fill(ABSENT_LOGIT * temperature);
  const centroids = new Float32Array(classes * d);
  const own = centroidsOf(set.embeddings, d, targets.labels, targets.classes, set.judgeWeights);
  present.forEach((position, row) => {
    weights.set(fitted.weights.subarray(row * d, (row + 1) * d), position * d);
    centroids.set(own.subarray(row * d, (row + 1) * d), position * d);
    bias[position] = fitted.bias[row] as number;
  });
  const normalise = input.normalise ?? 'l2';
  return { classIds: [...input.classIds], dimensions: d, weights, bias, temperature, normalise, centroids };
}
