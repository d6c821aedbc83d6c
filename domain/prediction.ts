/** One model version's answer for one image; never changed once written. */
export interface Prediction {
  readonly id: string;
  readonly projectId: string;
  readonly imageId: string;
  readonly modelVersionId: string;
  /** One probability per class of the class set, calibrated, in class-set order; they sum to 1. */
  readonly probabilities: readonly number[];
  readonly topClassId: number;
  /** Calibrated probability of the top class, 0 to 1. */
  readonly confidence: number;
  /** Uncalibrated softmax value of the top class, 0 to 1. */
  readonly rawScore: number;
  /** Difference between the two most probable classes, 0 to 1. */
  readonly margin: number;
  /** Cosine distance to the nearest class centroid of the training embeddings, 0 to 2; null where unknown. */
  readonly novelty: number | null;
}

/** One of the answers the model may give. Ids are never reused in a project. */
export interface ProjectClass {
  readonly classId: number;
  readonly name: string;
}

/** Figures of one image, taken once when it is stored. */
export interface ImageStatistics {
  /** Mean of each colour, 0 to 255. */
  readonly meanRed: number;
  readonly meanGreen: number;
  readonly meanBlue: number;
  /** Standard deviation of the luma, 0 to 128. */
  readonly contrast: number;
  /** Mean HSV saturation, 0 to 1; 0 for infrared frames. */
  readonly saturation: number;
  /** Variance of the Laplacian of the luma at 256 px on the longer side; low is blurred. */
  readonly sharpness: number;
  /** How much more blurred one direction is than the other, 0 (even) to 1 (streaks). */
  readonly motionBlur: number;
  /** 64-bit perceptual hash as 16 hex digits; near copies differ in few bits. */
  readonly perceptualHash: string;
}
