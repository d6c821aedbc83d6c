/** Most images that one label may count for: one careless answer must not outvote a season. */
export const countsForMax = 3;

/** When images came, in stretches between one review round and the next. */
export interface ArrivalWindows {
  /** Of images that were predicted; a labelled start is in none. */
  readonly windowOf: ReadonlyMap<string, number>;
  /** Images that came in each window. */
  readonly arrived: ReadonlyMap<number, number>;
}

/**
 * How much each label counts in training: as many images as came while it was asked for, over those of them that have a
 * label. People look at a quarter of what comes, so beside a labelled start, where every image has its label, a new season
 * would else count for a quarter of itself. This is the weight by the inverse of the chance of having a label (Horvitz and
 * Thompson 1952), taken over a window and held between 1 and `countsForMax`; flagged images are not a random share of
 * their window, so it is a correction of the mix, not an unbiased estimate.
 *
 * @param imageIds the labelled images that are trained on
 * @returns one weight an image, 1 for the labelled start
 */
export function labelWeights(imageIds: readonly string[], { windowOf, arrived }: ArrivalWindows): Float32Array {
  const labelled = new Map<number, number>();
  for (const imageId of imageIds) {
    const window = windowOf.get(imageId);
    if (window !== undefined) labelled.set(window, (labelled.get(window) ?? 0) + 1);
  }
  return Float32Array.from(imageIds, (imageId) => {
    const window = windowOf.get(imageId);
    if (window === undefined) return 1;
    return Math.max(1, Math.min(countsForMax, (arrived.get(window) ?? 0) / (labelled.get(window) ?? 1)));
  });
}
