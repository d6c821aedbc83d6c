import { PerennialError } from '../domain/errors.ts';
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from '../statistics/calibration-error.ts';
import { argmaxAt } from './softmax.ts';

export interface EvaluateInput {
  /** calibrated, n × classes */
  readonly probabilities: Float32Array;
  /** class index of the truth; −1 for a class that the model does not have, which counts as its error */
  readonly labels: Int32Array;
  readonly classes: number;
  /** costs[truth][answer]; 0 on the diagonal */
  readonly costs?: readonly (readonly number[])[];
  /** bins of the reliability diagram */
  readonly bins?: number;
}

/** Metrics of one model version on one holdout. Shares are 0 to 1; NaN where there is nothing to divide by. */
export interface HeadEvaluation {
  readonly n: number;
  readonly accuracy: number;
  /** mean F1 over the classes that occur as truth or as answer */
  readonly macroF1: number;
  readonly perClass: readonly {
    readonly recall: number;
    readonly precision: number;
    readonly f1: number;
    /** images whose truth it is */
    readonly count: number;
  }[];
  /** confusion[truth][answer], images whose truth the model has */
  readonly confusion: readonly (readonly number[])[];
  /** images whose truth the model does not have */
  readonly unknownTruth: number;
  readonly logLoss: number;
  readonly ece: number;
  readonly reliability: readonly ReliabilityBin[];
  /** mean cost of answering with the most probable class; null without costs */
  readonly expectedCost: number | null;
  /** mean cost of answering with the class of least expected cost; null without costs */
  readonly expectedCostOfLeastCost: number | null;
  /** whether the most probable class was right, an image each: what a paired comparison needs */
  readonly correct: readonly boolean[];
}

/**
 * @throws PerennialError TRAINING_INPUT_INVALID when sizes do not match, nothing is to be evaluated, a probability is
 *   outside [0, 1] or a label outside −1 … classes − 1
 */
export function evaluate(input: EvaluateInput): HeadEvaluation {
  requireEvaluable(input);
  const { probabilities, labels, classes, costs, bins = 15 } = input;
  const n = labels.length;
  const answers = Array.from(labels, (_, i) => argmaxAt(probabilities, i * classes, classes));
  const correct = answers.map((answer, i) => answer === labels[i]);
  const confidences = answers.map((answer, i) => Math.min(1, probabilities[i * classes + answer] as number));
  const confusion = confusionOf(labels, answers, classes);
  const perClass = confusion.map((_, k) => perClassOf(confusion, k, answers));
  const occurring = perClass.filter(({ f1 }) => !Number.isNaN(f1));
  return {
    n,
    accuracy: correct.filter(Boolean).length / n,
    macroF1: occurring.reduce((sum, { f1 }) => sum + f1, 0) / occurring.length,
    perClass,
    confusion,
    unknownTruth: labels.reduce((sum, label) => sum + (label === -1 ? 1 : 0), 0),
    logLoss: meanLogLoss(input),
    ece: expectedCalibrationError(confidences, correct, bins),
    reliability: reliabilityBins(confidences, correct, bins),
    expectedCost: costs ? meanCost(labels, answers, costs) : null,
    expectedCostOfLeastCost: costs ? meanCost(labels, leastCostAnswers(input, costs), costs) : null,
    correct,
  };
}

/** For each image the answer whose expected cost under the probabilities is least; the first one on a tie. */
export function leastCostAnswers(
  { probabilities, classes }: Pick<EvaluateInput, 'probabilities' | 'classes'>,
  costs: readonly (readonly number[])[],
): number[] {
  return Array.from({ length: probabilities.length / classes }, (_, i) => {
    const expected = Array.from({ length: classes }, (__, answer) => {
      let cost = 0;
      for (let truth = 0; truth < classes; truth += 1) {
        cost += (probabilities[i * classes + truth] as number) * (costs[truth]?.[answer] ?? 0);
      }
      return -cost;
    });
    return argmaxAt(expected, 0, classes);
  });
}

function confusionOf(labels: Int32Array, answers: readonly number[], classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  answers.forEach((answer, i) => {
    const row = confusion[labels[i] as number];
    if (row !== undefined) row[answer] = (row[answer] as number) + 1;
  });
  return confusion;
}

function perClassOf(confusion: readonly (readonly number[])[], k: number, answers: readonly number[]) {
  const right = confusion[k]?.[k] as number;
  const count = (confusion[k] as readonly number[]).reduce((sum, value) => sum + value, 0);
  const answered = answers.reduce((sum, answer) => sum + (answer === k ? 1 : 0), 0);
  return { recall: right / count, precision: right / answered, f1: (2 * right) / (count + answered), count };
}

function meanLogLoss({ probabilities, labels, classes }: EvaluateInput): number {
  let loss = 0;
  labels.forEach((label, i) => {
    // A truth that the model lacks, or to which it gave 0, costs as much as the smallest float32 probability.
    loss -= Math.log(Math.max(label < 0 ? 0 : (probabilities[i * classes + label] as number), 1.2e-38));
  });
  return loss / labels.length;
}

/** A truth that the model does not have costs what the dearest mistake of the matrix costs. */
function meanCost(labels: Int32Array, answers: readonly number[], costs: readonly (readonly number[])[]): number {
  const dearest = Math.max(0, ...costs.flat());
  return answers.reduce((sum, answer, i) => sum + (costs[labels[i] as number]?.[answer] ?? dearest), 0) / answers.length;
}

function requireEvaluable({ probabilities, labels, classes, costs }: EvaluateInput): void {
  const wrong = (message: string): PerennialError => new PerennialError('TRAINING_INPUT_INVALID', message);
  if (labels.length === 0) throw wrong('There is no image to evaluate on.');
  if (probabilities.length !== labels.length * classes) throw wrong('The probabilities do not match the labels.');
  if (!probabilities.every((p) => p >= 0 && p <= 1.000001)) throw wrong('A probability is outside 0 to 1.');
  if (!labels.every((label) => label >= -1 && label < classes)) throw wrong('A label is not one of the classes.');
  if (costs && (costs.length !== classes || costs.some((row) => row.length !== classes))) throw wrong('The cost matrix has another size.');
}
