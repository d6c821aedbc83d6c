type Floats = Float32Array | Float64Array;

/** Turns `classes` logits from `offset` on into log probabilities, safe for any finite logits. */
export function logSoftmaxInPlace(row: Floats, offset: number, classes: number): void {
  let largest = -Infinity;
  for (let k = 0; k < classes; k += 1) largest = Math.max(largest, row[offset + k] as number);
  let sum = 0;
  for (let k = 0; k < classes; k += 1) sum += Math.exp((row[offset + k] as number) - largest);
  const log = largest + Math.log(sum);
  for (let k = 0; k < classes; k += 1) row[offset + k] = (row[offset + k] as number) - log;
}

/**
 * Class probabilities of n × classes logits, divided by `temperature` first; a new n × classes array.
 */
export function probabilitiesOf(logits: Float32Array, classes: number, temperature = 1): Float32Array {
  const result = new Float32Array(logits.length);
  const row = new Float64Array(classes);
  for (let offset = 0; offset < logits.length; offset += classes) {
    for (let k = 0; k < classes; k += 1) row[k] = (logits[offset + k] as number) / temperature;
    logSoftmaxInPlace(row, 0, classes);
    for (let k = 0; k < classes; k += 1) result[offset + k] = Math.exp(row[k] as number);
  }
  return result;
}

/**
 * Mean of weight × −log p(label) over images with weight > 0, in nats. NaN when there is none.
 *
 * @param sampleWeights all 1 when left out
 * @param smoothing share of every target, 0 to below 1, that lies on the other classes in equal parts instead of on the
 *   label; 0 when left out
 */
export function logLossOf(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
  { temperature = 1, sampleWeights, smoothing = 0 }: { temperature?: number; sampleWeights?: Float32Array; smoothing?: number } = {},
): number {
  const row = new Float64Array(classes);
  let loss = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const weight = sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
    if (weight === 0) continue;
    for (let k = 0; k < classes; k += 1) row[k] = (logits[i * classes + k] as number) / temperature;
    logSoftmaxInPlace(row, 0, classes);
    const own = row[labels[i] as number] as number;
    const others = smoothing === 0 || classes < 2 ? 0 : (row.reduce((sum, log) => sum + log, 0) - own) / (classes - 1);
    loss -= weight * ((1 - smoothing) * own + smoothing * others);
    total += weight;
  }
  return loss / total;
}

/** Index of the largest of `classes` values from `offset` on; the first one on a tie. */
export function argmaxAt(values: ArrayLike<number>, offset: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k += 1) {
    if ((values[offset + k] as number) > (values[offset + best] as number)) best = k;
  }
  return best;
}
