const side = 32;
const kept = 8;
/** cosines[k][n] of a DCT-II of length 32, for the 8 lowest frequencies. */
const cosines = Float64Array.from({ length: kept * side }, (_, index) => Math.cos((Math.PI / side) * ((index % side) + 0.5) * Math.floor(index / side)));

/**
 * The DCT perceptual hash: grey at 32 × 32, the 8 × 8 lowest frequencies, each bit whether one is above their median
 * (the constant one left out of the median). After Zauner, "Implementation and Benchmarking of Perceptual Image Hash
 * Functions", 2010.
 * @param luma 0 to 255, row after row
 * @returns 64 bits as 16 hex digits
 */
export function perceptualHash(luma: Float32Array, width: number, height: number): string {
  const frequencies = lowFrequencies(meanCells(luma, width, height));
  const sorted = Array.from(frequencies.subarray(1)).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  let hex = '';
  for (let digit = 0; digit < 16; digit += 1) {
    let value = 0;
    for (let bit = 0; bit < 4; bit += 1) value = value * 2 + (frequencies[digit * 4 + bit]! > median ? 1 : 0);
    hex += value.toString(16);
  }
  return hex;
}

function meanCells(luma: Float32Array, width: number, height: number): Float64Array {
  const cells = new Float64Array(side * side);
  for (let y = 0; y < side; y += 1) {
    const top = Math.floor((y * height) / side);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / side));
    for (let x = 0; x < side; x += 1) {
      const left = Math.floor((x * width) / side);
      const right = Math.max(left + 1, Math.floor(((x + 1) * width) / side));
      let sum = 0;
      for (let row = top; row < bottom; row += 1) for (let column = left; column < right; column += 1) sum += luma[row * width + column]!;
      cells[y * side + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return cells;
}

function lowFrequencies(cells: Float64Array): Float64Array {
  const rows = new Float64Array(side * kept);
  for (let y = 0; y < side; y += 1) {
    for (let k = 0; k < kept; k += 1) {
      let sum = 0;
      for (let n = 0; n < side; n += 1) sum += cells[y * side + n]! * cosines[k * side + n]!;
      rows[y * kept + k] = sum;
    }
  }
  const result = new Float64Array(kept * kept);
  for (let k = 0; k < kept; k += 1) {
    for (let column = 0; column < kept; column += 1) {
      let sum = 0;
      for (let n = 0; n < side; n += 1) sum += rows[n * kept + column]! * cosines[k * side + n]!;
      result[k * kept + column] = sum;
    }
  }
  return result;
}
