import { PerennialError } from '../domain/errors.ts';

/**
 * A copy of n × d embeddings with every row scaled to length 1; a row of zeros stays zero.
 *
 * @throws PerennialError TRAINING_INPUT_INVALID when the size is wrong or a value is not finite
 */
export function normaliseEmbeddings(embeddings: Float32Array, n: number, d: number): Float32Array {
  requireEmbeddings(embeddings, n, d);
  const result = new Float32Array(embeddings.length);
  for (let offset = 0; offset < embeddings.length; offset += d) {
    let squares = 0;
    for (let j = 0; j < d; j += 1) squares += (embeddings[offset + j] as number) ** 2;
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let j = 0; j < d; j += 1) result[offset + j] = (embeddings[offset + j] as number) * factor;
  }
  return result;
}

/**
 * Weighted mean embedding of each class, scaled to length 1 (classes × d), for novelty by distance. A class without
 * images gets a row of zeros, which is near to nothing.
 */
export function centroidsOf(
  embeddings: Float32Array,
  d: number,
  labels: Int32Array,
  classes: number,
  sampleWeights: Float32Array,
): Float32Array {
  const sums = new Float64Array(classes * d);
  labels.forEach((label, i) => {
    const weight = sampleWeights[i] as number;
    if (weight === 0) return;
    for (let j = 0; j < d; j += 1) {
      sums[label * d + j] = (sums[label * d + j] as number) + weight * (embeddings[i * d + j] as number);
    }
  });
  return normaliseEmbeddings(Float32Array.from(sums), classes, d);
}

/** @throws PerennialError TRAINING_INPUT_INVALID when the size is wrong or a value is not finite */
export function requireEmbeddings(embeddings: Float32Array, n: number, d: number): void {
  if (!Number.isInteger(n) || !Number.isInteger(d) || n < 0 || d < 1 || embeddings.length !== n * d) {
    throw new PerennialError('TRAINING_INPUT_INVALID', `Expected ${n} × ${d} embeddings, got ${embeddings.length} values.`);
  }
  for (let i = 0; i < embeddings.length; i += 1) {
    if (!Number.isFinite(embeddings[i])) {
      throw new PerennialError('TRAINING_INPUT_INVALID', `Embedding ${Math.floor(i / d)} holds a value that is not finite.`);
    }
  }
}
