/** Upright 8-bit RGB, row after row, three bytes a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * The raster with its longer side at most `side` pixels, each pixel the mean of the area it covers. Smaller ones stay.
 */
export function shrinkTo(raster: Raster, side: number): Raster {
  const scale = side / Math.max(raster.width, raster.height);
  if (scale >= 1) return raster;
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  const data = new Uint8Array(width * height * 3);
  const lefts = bounds(raster.width, width);
  const tops = bounds(raster.height, height);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, to += 3) {
      let red = 0;
      let green = 0;
      let blue = 0;
      const right = lefts[x + 1]!;
      for (let row = tops[y]!; row < tops[y + 1]!; row += 1) {
        for (let column = lefts[x]!, from = (row * raster.width + column) * 3; column < right; column += 1, from += 3) {
          red += raster.data[from]!;
          green += raster.data[from + 1]!;
          blue += raster.data[from + 2]!;
        }
      }
      const area = (right - lefts[x]!) * (tops[y + 1]! - tops[y]!);
      data[to] = red / area + 0.5;
      data[to + 1] = green / area + 0.5;
      data[to + 2] = blue / area + 0.5;
    }
  }
  return { width, height, data };
}

function bounds(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to + 1 }, (_, index) => Math.floor((index * from) / to));
}
