/** A head's numbers while it is being fitted: `weights` is classes × d, row after row, `bias` one a class. */
export interface HeadParameters {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** What the head should answer. Make one object per fit and hand the same one in again: engines cache by identity. */
export interface Targets {
  readonly classes: number;
  /** one class index an image, 0 … classes - 1 */
  readonly labels: Int32Array;
  /** one weight an image, ≥ 0; an image of weight 0 takes no part, so folds need no copy of the embeddings */
  readonly sampleWeights: Float32Array;
}

/** Data part of the objective, without the penalty; both are weighted *sums* over images. */
export interface LossAndGradient {
  /** Σ weight × −log p(label), summed in double precision */
  readonly loss: number;
  /** classes × d */
  readonly weightsGradient: Float32Array;
  readonly biasGradient: Float32Array;
}

/** An embedding matrix (n × d, row after row) made ready for products. */
export interface BoundEmbeddings {
  readonly n: number;
  readonly d: number;
  /** X·Wᵀ + b as n × classes. */
  logits(head: HeadParameters): Promise<Float32Array>;
  /** Softmax cross-entropy and its gradient (P − Y)ᵀ·X. The arrays may be reused by the next call. */
  lossAndGradient(head: HeadParameters, targets: Targets): Promise<LossAndGradient>;
  /** Gives back what binding took. Calling it twice is harmless. */
  release(): Promise<void>;
}

/**
 * The matrix engine, as fitting a head sees it: ONNX Runtime in `adapters/onnx/matrix-products.ts`,
 * plain typed arrays in `training/plain-matrix-products.ts`. Both give the same numbers to float32 rounding.
 */
export interface MatrixProducts {
  bind(embeddings: Float32Array, n: number, d: number): Promise<BoundEmbeddings>;
}
