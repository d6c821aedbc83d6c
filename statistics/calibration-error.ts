/** One bar of a reliability diagram. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** mean confidence and share right of the predictions in it; 0 when empty */
  readonly confidence: number;
  readonly accuracy: number;
}

/**
 * Equal-width reliability bins over [0, 1]; a confidence on an edge lies in the lower bin (as in Guo and others 2017).
 *
 * @param correct whether each prediction was right, same length as `confidences`
 * @throws RangeError on unequal lengths, an empty list, or a confidence outside [0, 1]
 */
export function reliabilityBins(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean | number>,
  bins = 15,
): ReliabilityBin[] {
  if (confidences.length !== correct.length || confidences.length === 0) throw new RangeError('need equal, non-empty lists');
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < confidences.length; i += 1) {
    const confidence = confidences[i] as number;
    if (!(confidence >= 0 && confidence <= 1)) throw new RangeError(`a confidence must be in [0, 1], got ${confidence}`);
    const bin = sums[Math.max(0, Math.ceil(confidence * bins) - 1)] as (typeof sums)[number];
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += Number(correct[i]);
  }
  return sums.map(({ count, confidence, right }, i) => ({
    from: i / bins,
    to: (i + 1) / bins,
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : right / count,
  }));
}

/**
 * Expected calibration error (Naeini and others 2015): the mean distance between confidence and share right,
 * weighted by how many predictions each bin holds. 0 is perfect. Same arguments and errors as `reliabilityBins`.
 */
export function expectedCalibrationError(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean | number>,
  bins = 15,
): number {
  return reliabilityBins(confidences, correct, bins).reduce(
    (sum, bin) => sum + (bin.count / confidences.length) * Math.abs(bin.confidence - bin.accuracy),
    0,
  );
}
