import { PerennialError } from '../../domain/errors.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { OnnxSession, OutputTensor } from './session.ts';

/** What trying a model on made-up pictures showed. */
export interface DryRunReport {
  readonly classes: number;
  readonly embeddingWidth: number;
  readonly featureMap: readonly number[] | null;
  /** Largest difference of a logit between a batch of 2 and the same two pictures alone; null where only one fits. */
  readonly batchDifference: number | null;
  /** Every row lies in 0 to 1 and sums to 1: the outputs are probabilities, whatever was said of them. */
  readonly looksLikeProbabilities: boolean;
  /** Median time of one picture alone. */
  readonly millisecondsPerImage: number;
}

/** Batches must agree this well, relative to the largest logit where that is above 1. */
export const batchToleranceMax = 1e-4;

/** Values of one feature map: 2,048 channels of 64 × 64 are 8 million. */
const featureMapValuesMax = 2 ** 24;

/** A picture of noise: a small generator with a fixed start, so that every try sees the same. */
function noise(length: number, start: number): Uint8Array {
  let state = start;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** A smooth picture: a ramp over rows and columns that differs by colour. */
function ramp(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, at) => {
    const [colour, row, column] = [Math.floor(at / (width * height)), Math.floor(at / width) % height, at % width];
    return Math.floor(255 * ((row / height + column / width) / 2)) >> colour;
  });
}

/** Bytes to the values that the model is given: (byte × scale − mean) ÷ std, plane by plane. */
function toValues(bytes: Uint8Array, { scale, mean, std, width, height }: Preprocessing): Float32Array {
  const plane = width * height;
  return Float32Array.from(bytes, (byte, at) => {
    const colour = Math.min(2, Math.floor(at / plane));
    return (byte * scale - (mean[colour] ?? 0)) / (std[colour] ?? 1);
  });
}

function checkRows(name: string, tensor: OutputTensor | undefined, count: number): OutputTensor {
  if (tensor === undefined || tensor.dims.length !== 2 || tensor.dims[0] !== count) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', undefined, { output: name, shape: tensor?.dims ?? [] });
  }
  return tensor;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, at) => Math.max(worst, Math.abs(value - (b[at] ?? Infinity))), 0);
}

function isProbabilities(row: Float32Array): boolean {
  const sum = row.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) < 1e-3 && row.every((value) => value >= 0 && value <= 1);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * Runs a blank picture and two different ones, alone and together. Made for models that came from outside, each time they
 * are loaded.
 * @param session an adapted or composed model: input `image`, outputs `logits` and `embedding`
 * @param classes one value per class is asked for
 * @throws PerennialError MODEL_OUTPUT_NOT_FINITE, MODEL_OUTPUT_UNSUPPORTED (shape, or the same answer for every picture),
 *   MODEL_CLASSES_MISMATCH, MODEL_LOAD_FAILED (does not run, or answers otherwise in a batch)
 */
export async function dryRun(session: OnnxSession, preprocessing: Preprocessing, classes: number): Promise<DryRunReport> {
  const { width, height } = preprocessing;
  const featureMap = session.outputNames.includes('feature_map') ? await featureMapShape(session, new Float32Array(3 * width * height)) : null;
  const pictures = [new Uint8Array(3 * width * height), noise(3 * width * height, 1), ramp(width, height)].map((bytes) => toValues(bytes, preprocessing));
  const times: number[] = [];
  const answers = [];
  for (const picture of pictures) {
    const began = performance.now();
    answers.push(await session.run(picture, 1, ['logits', 'embedding']));
    times.push(performance.now() - began);
  }
  const logits = answers.map((each) => checkRows('logits', each['logits'], 1).data);
  const [blank, ...others] = logits;
  const embedding = checkRows('embedding', answers[0]?.['embedding'], 1);
  if (blank === undefined || blank.length !== classes) {
    throw new PerennialError('MODEL_CLASSES_MISMATCH', undefined, { names: classes, classes: blank?.length ?? 0 });
  }
  if (others.every((each) => largestDifference(each, blank) === 0)) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The model gives the same answer for every picture.');
  }
  return {
    classes, embeddingWidth: embedding.data.length, featureMap,
    batchDifference: session.batch === 'one' ? null : await compareBatch(session, pictures.slice(1), others, classes),
    looksLikeProbabilities: logits.every(isProbabilities), millisecondsPerImage: median(times),
  };
}

/** A map that is too large to be shown would still be computed each time it is asked for. */
async function featureMapShape(session: OnnxSession, picture: Float32Array): Promise<readonly number[]> {
  const { feature_map: map } = await session.run(picture, 1, ['feature_map']);
  if (map === undefined || map.dims.length !== 4 || map.data.length > featureMapValuesMax) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', undefined, { output: 'feature_map', shape: map?.dims ?? [] });
  }
  return map.dims;
}

async function compareBatch(session: OnnxSession, pictures: readonly Float32Array[], alone: readonly Float32Array[], classes: number): Promise<number> {
  const [first, second] = pictures as [Float32Array, Float32Array];
  const both = new Float32Array(first.length * 2);
  both.set(first);
  both.set(second, first.length);
  const together = checkRows('logits', (await session.run(both, 2, ['logits']))['logits'], 2).data;
  const difference = Math.max(...alone.map((each, at) => largestDifference(each, together.slice(at * classes, (at + 1) * classes))));
  const largest = Math.max(1, ...alone.flatMap((each) => [...each].map(Math.abs)));
  if (difference > batchToleranceMax * largest) {
    throw new PerennialError('MODEL_LOAD_FAILED', 'The model answers otherwise in a batch than for a picture alone.', { difference });
  }
  return difference;
}
