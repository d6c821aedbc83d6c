/** Rows of unit length, so that a product of two is their cosine. */
export interface UnitRows {
  readonly rows: Float32Array;
  readonly dimensions: number;
  readonly count: number;
}

/** Copies vectors into one matrix, each scaled to length 1; one without length stays 0 and is near to nothing. */
export function unitRows(vectors: readonly Float32Array[]): UnitRows {
  const dimensions = vectors[0]?.length ?? 0;
  const rows = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, at) => {
    const length = lengthOf(vector);
    if (length > 0) for (let i = 0; i < dimensions; i += 1) rows[at * dimensions + i] = (vector[i] as number) / length;
  });
  return { rows, dimensions, count: vectors.length };
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/**
 * The `k` rows nearest to a vector by cosine, nearest first; of equals the earlier row. Every row is looked at: a few thousand of
 * a thousand figures take milliseconds.
 */
export function nearestRows({ rows, dimensions, count }: UnitRows, vector: Float32Array, k: number): readonly { readonly at: number; readonly similarity: number }[] {
  const { rows: unit } = unitRows([vector]);
  const best: { at: number; similarity: number }[] = [];
  for (let at = 0; at < count && vector.length === dimensions; at += 1) {
    let similarity = 0;
    for (let i = 0, from = at * dimensions; i < dimensions; i += 1) similarity += (rows[from + i] as number) * (unit[i] as number);
    if (best.length === k && similarity <= (best[k - 1]?.similarity ?? Infinity)) continue;
    const place = best.findIndex((each) => each.similarity < similarity);
    best.splice(place < 0 ? best.length : place, 0, { at, similarity });
    if (best.length > k) best.pop();
  }
  return best.slice(0, k).map((each) => ({ at: each.at, similarity: Math.max(-1, Math.min(1, each.similarity)) }));
}
