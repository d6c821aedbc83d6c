import type { Head } from './ports.ts';

/** What a head says of one embedding. Probabilities are in the order of `head.classIds` and sum to 1. */
export interface HeadAnswer {
  readonly probabilities: Float64Array;
  /** Position of the most probable class in `head.classIds`. */
  readonly top: number;
}

/** Length of a vector; 1 for the null vector, so that dividing by it is harmless. */
function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum === 0 ? 1 : Math.sqrt(sum);
}

/**
 * Calibrated probabilities of a head: softmax((W·e + b) / temperature), e scaled to length 1 where the head asks for it.
 * Sums are in double precision, so batches of any size give the same values.
 * @param embedding `head.dimensions` values
 */
export function answerOf(head: Head, embedding: Float32Array): HeadAnswer {
  const { weights, bias, dimensions, temperature } = head;
  const scale = head.normalise === 'l2' ? 1 / lengthOf(embedding) : 1;
  const logits = Float64Array.from(bias, (offset, row) => {
    let sum = 0;
    const start = row * dimensions;
    for (let i = 0; i < dimensions; i += 1) sum += (weights[start + i] as number) * (embedding[i] as number);
    return (sum * scale + offset) / temperature;
  });
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const total = exponentials.reduce((a, b) => a + b, 0);
  const probabilities = exponentials.map((each) => each / total);
  return { probabilities, top: probabilities.indexOf(probabilities.reduce((a, b) => Math.max(a, b), 0)) };
}

/**
 * Cosine distance to the nearest class centroid of the training embeddings, 0 to 2; null where the head has none. The
 * nearer an image is to anything that was trained on, the smaller.
 */
export function noveltyOf(head: Head, embedding: Float32Array): number | null {
  const { centroids, dimensions } = head;
  if (centroids === null) return null;
  const length = lengthOf(embedding);
  let best = -1;
  for (let start = 0; start < centroids.length; start += dimensions) {
    let dot = 0;
    let norm = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const value = centroids[start + i] as number;
      dot += value * (embedding[i] as number);
      norm += value * value;
    }
    // A class without images has a centroid of zeros: it is near to nothing.
    if (norm > 0) best = Math.max(best, dot / (length * Math.sqrt(norm)));
  }
  return Math.max(0, 1 - best);
}
