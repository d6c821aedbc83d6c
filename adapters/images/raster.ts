/** Upright 8-bit RGB, row after row, three bytes a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * The raster with its longer side at most `side` pixels, each pixel the mean of the area it covers. Smaller ones stay.
 */
export function shrinkTo(raster: Raster, side: number, newBytes: (length: number) => Uint8Array = (length) => new Uint8Array(length)): Raster {
  const scale = side / Math.max(raster.width, raster.height);
  if (scale >= 1) return raster;
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  const data = newBytes(width * height * 3);
  const lefts = bounds(raster.width, width);
  const tops = bounds(raster.height, height);
  // Each pixel is read once and added to the cell that it belongs to; a row of cells at a time.
  const cells = cellOfColumn(lefts, raster.width);
  const sums = new Uint32Array(width * 3);
  for (let y = 0; y < height; y += 1) {
    sums.fill(0);
    const [top, bottom] = [tops[y]!, tops[y + 1]!];
    for (let from = top * raster.width * 3, row = top; row < bottom; row += 1) {
      for (let column = 0; column < raster.width; column += 1, from += 3) {
        const cell = cells[column]!;
        sums[cell] = sums[cell]! + raster.data[from]!;
        sums[cell + 1] = sums[cell + 1]! + raster.data[from + 1]!;
        sums[cell + 2] = sums[cell + 2]! + raster.data[from + 2]!;
      }
    }
    for (let x = 0, to = y * width * 3; x < width; x += 1, to += 3) {
      const area = (lefts[x + 1]! - lefts[x]!) * (bottom - top);
      data[to] = sums[x * 3]! / area + 0.5;
      data[to + 1] = sums[x * 3 + 1]! / area + 0.5;
      data[to + 2] = sums[x * 3 + 2]! / area + 0.5;
    }
  }
  return { width, height, data };
}

/** Where in a row of sums the column of the picture goes. */
function cellOfColumn(lefts: Int32Array, columns: number): Int32Array {
  const cells = new Int32Array(columns);
  for (let x = 0; x + 1 < lefts.length; x += 1) cells.fill(x * 3, lefts[x], lefts[x + 1]);
  return cells;
}

function bounds(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to + 1 }, (_, index) => Math.floor((index * from) / to));
}
