import type { Head } from './ports.ts';

/** What a head says of many embeddings. */
export interface ManyAnswers {
  /** Calibrated, n × classes, row after row, in the order of `head.classIds`. */
  readonly probabilities: Float32Array;
  /** Cosine distance to the nearest class centroid, 0 to 2, one an embedding; null where it was not asked for or the head has no centroids. */
  readonly novelty: Float32Array | null;
}

/** A head made ready for whole matrices of embeddings. */
export interface BoundHead {
  /**
   * As `answerOf` and `noveltyOf` of `head.ts` on each row, to float32 rounding.
   * @param embeddings n × dimensions, row after row; may be used again once answered
   */
  answers(embeddings: Float32Array, n: number): Promise<ManyAnswers>;
  /** Gives back what binding took. */
  release(): Promise<void>;
}

/** @param novelty whether distances are wanted: they cost as much as the answers */
export type BindHead = (head: Head, novelty: boolean) => Promise<BoundHead>;
