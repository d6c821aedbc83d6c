import type { BoundEmbeddings, HeadParameters, LossAndGradient, MatrixProducts, Targets } from '../domain/matrix-products.ts';
import { logSoftmaxInPlace } from './softmax.ts';

/** The engine without any dependency: for tests, for small sets, and as the yardstick of the other one. */
export function createPlainMatrixProducts(): MatrixProducts {
  return { bind: async (embeddings, n, d) => bindPlain(embeddings, n, d) };
}

function bindPlain(embeddings: Float32Array, n: number, d: number): BoundEmbeddings {
  return {
    n,
    d,
    logits: async ({ weights, bias }) => {
      const classes = bias.length;
      const result = new Float32Array(n * classes);
      const row = new Float64Array(classes);
      for (let i = 0; i < n; i += 1) {
        rowLogits(embeddings, i * d, d, weights, bias, row);
        result.set(row, i * classes);
      }
      return result;
    },
    lossAndGradient: async (head, targets) => lossAndGradient(embeddings, n, d, head, targets),
    release: async () => {},
  };
}

/** One pass over the embeddings: each row is used for its logits and, while still in cache, for the gradient. */
function lossAndGradient(
  embeddings: Float32Array,
  n: number,
  d: number,
  { weights, bias }: HeadParameters,
  { classes, labels, sampleWeights }: Targets,
): LossAndGradient {
  const weightsGradient = new Float64Array(classes * d);
  const biasGradient = new Float64Array(classes);
  const row = new Float64Array(classes);
  let loss = 0;
  for (let i = 0; i < n; i += 1) {
    const sampleWeight = sampleWeights[i] as number;
    if (sampleWeight === 0) continue;
    rowLogits(embeddings, i * d, d, weights, bias, row);
    logSoftmaxInPlace(row, 0, classes);
    const label = labels[i] as number;
    loss -= sampleWeight * (row[label] as number);
    for (let k = 0; k < classes; k += 1) {
      const residual = sampleWeight * (Math.exp(row[k] as number) - (k === label ? 1 : 0));
      biasGradient[k] = (biasGradient[k] as number) + residual;
      addScaledRow(weightsGradient, k * d, embeddings, i * d, d, residual);
    }
  }
  return {
    loss,
    weightsGradient: Float32Array.from(weightsGradient),
    biasGradient: Float32Array.from(biasGradient),
  };
}

function rowLogits(
  embeddings: Float32Array,
  offset: number,
  d: number,
  weights: Float32Array,
  bias: Float32Array,
  row: Float64Array,
): void {
  for (let k = 0; k < bias.length; k += 1) {
    const start = k * d;
    // Four sums at once: one alone would wait for each addition to finish.
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let j = 0;
    for (; j + 3 < d; j += 4) {
      s0 += (embeddings[offset + j] as number) * (weights[start + j] as number);
      s1 += (embeddings[offset + j + 1] as number) * (weights[start + j + 1] as number);
      s2 += (embeddings[offset + j + 2] as number) * (weights[start + j + 2] as number);
      s3 += (embeddings[offset + j + 3] as number) * (weights[start + j + 3] as number);
    }
    for (; j < d; j += 1) s0 += (embeddings[offset + j] as number) * (weights[start + j] as number);
    row[k] = s0 + s1 + (s2 + s3) + (bias[k] as number);
  }
}

function addScaledRow(to: Float64Array, toOffset: number, from: Float32Array, fromOffset: number, d: number, by: number): void {
  for (let j = 0; j < d; j += 1) {
    to[toOffset + j] = (to[toOffset + j] as number) + by * (from[fromOffset + j] as number);
  }
}
