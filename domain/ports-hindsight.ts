/** Where an embedding lies. */
export interface StoredEmbeddingPlace {
  readonly blockId: string;
  readonly objectKey: string;
  readonly row: number;
  readonly dimensions: number;
}

/** A stored prediction with what is known of its image by now. */
export interface StoredAnswer {
  readonly predictionId: string;
  readonly probabilities: readonly number[];
  /** In the order of `probabilities`. */
  readonly classIds: readonly number[];
  readonly classId: number;
  readonly audit: boolean;
  /** By a threshold of the policy of that day. */
  readonly flagged: boolean;
  readonly eventAt: Date;
  readonly camera: string | null;
  readonly sharpness: number;
  readonly truth: number | null;
  /** Null where the image has no embedding of the backbone that is asked for. */
  readonly embedding: StoredEmbeddingPlace | null;
}

export interface StoredAnswers {
  /** Newest first, in pages; predictions that were answered to somebody, not shadows nor other producers'. */
  pages(projectId: string, backbone: { readonly weightsDigest: string; readonly preprocessingDigest: string }, imagesMax: number): AsyncIterable<readonly StoredAnswer[]>;
}
