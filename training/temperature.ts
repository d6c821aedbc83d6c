import { PerennialError } from '../domain/errors.ts';
import { argmaxAt, logLossOf, probabilitiesOf } from './softmax.ts';

/** Temperatures looked at: 1/20 to 20. Outside them the set says too little to believe it. */
const LOG_TEMPERATURE_MAX = Math.log(20);
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature by which to divide logits so that held-out images have the least log loss (Guo and others 2017).
 * Golden section over ln T; the loss is convex in 1/T, so there is one minimum. Above 1 means the head was too sure.
 *
 * Targets are 1 − 1/(n + 2), not 1, the rest lying on the other classes (Platt 1999: what n right answers say about the
 * next one). Where every held-out image is right the plain loss falls for ever as T goes to 0, and the head would then be
 * quite sure of its mistakes too: nobody would be asked about them.
 *
 * @param logits n × classes, of images that the head was not fitted on
 * @param sampleWeights images of weight 0 do not count; all 1 when left out
 * @returns 0.05 to 20; 1 when there is no image to judge by
 * @throws PerennialError TRAINING_INPUT_INVALID when sizes do not match or a logit is not finite
 */
export function fitTemperature(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
  sampleWeights?: Float32Array,
): number {
  if (logits.length !== labels.length * classes || !logits.every(Number.isFinite)) {
    throw new PerennialError('TRAINING_INPUT_INVALID', 'The logits are not finite or do not match the labels.');
  }
  const judged = sampleWeights?.reduce((sum, weight) => sum + Number(weight > 0), 0) ?? labels.length;
  const options = { smoothing: 1 / (judged + 2), ...(sampleWeights && { sampleWeights }) };
  const loss = (logT: number): number => logLossOf(logits, labels, classes, { temperature: Math.exp(logT), ...options });
  if (Number.isNaN(loss(0))) return 1;
  return Math.exp(goldenSection(loss, -LOG_TEMPERATURE_MAX, LOG_TEMPERATURE_MAX));
}

/** Calibrated answers: the top class of each image and its confidence, and all probabilities (n × classes). */
export function calibrate(
  logits: Float32Array,
  classes: number,
  temperature: number,
): { probabilities: Float32Array; answers: Int32Array; confidences: Float64Array } {
  const probabilities = probabilitiesOf(logits, classes, temperature);
  const n = logits.length / classes;
  const answers = new Int32Array(n);
  const confidences = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const answer = argmaxAt(probabilities, i * classes, classes);
    answers[i] = answer;
    confidences[i] = Math.min(1, probabilities[i * classes + answer] as number);
  }
  return { probabilities, answers, confidences };
}

function goldenSection(f: (x: number) => number, lower: number, upper: number): number {
  let [low, high] = [lower, upper];
  let a = high - GOLDEN * (high - low);
  let b = low + GOLDEN * (high - low);
  let [atA, atB] = [f(a), f(b)];
  while (high - low > 1e-5) {
    if (atA <= atB) {
      [high, b, atB] = [b, a, atA];
      a = high - GOLDEN * (high - low);
      atA = f(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + GOLDEN * (high - low);
      atB = f(b);
    }
  }
  return (low + high) / 2;
}
