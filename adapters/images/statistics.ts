import type { ImageStatistics } from '../../domain/prediction.ts';
import { perceptualHash } from './perceptual-hash.ts';
import { type Raster, shrinkTo } from './raster.ts';

export type { Raster };

/** Figures are taken at this length of the longer side, so that they compare across cameras. */
const longerSide = 256;

/** Memory of one picture's figures, used for the next: nothing of it is left when `statisticsOf` returns. */
const scratchBytes = new Uint8Array(3 * longerSide * longerSide);
const scratchLuma = new Float32Array(longerSide * longerSide);

/** Takes the figures of one upright picture. @see ImageStatistics for ranges */
export function statisticsOf(raster: Raster): ImageStatistics {
  const small = shrinkTo(raster, longerSide, (length) => scratchBytes.subarray(0, length));
  const { width, height } = small;
  const luma = scratchLuma.subarray(0, width * height);
  const colour = colourFigures(small, luma);
  return { ...colour, ...edgeFigures(luma, width, height), perceptualHash: perceptualHash(luma, width, height) };
}

/** Fills `luma` (Rec. 601) on its way. */
function colourFigures({ data, width, height }: Raster, luma: Float32Array) {
  let red = 0;
  let green = 0;
  let blue = 0;
  let sum = 0;
  let squares = 0;
  let saturation = 0;
  for (let pixel = 0, at = 0; pixel < luma.length; pixel += 1, at += 3) {
    const r = data[at]!;
    const g = data[at + 1]!;
    const b = data[at + 2]!;
    red += r;
    green += g;
    blue += b;
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    luma[pixel] = y;
    sum += y;
    squares += y * y;
    const most = r > g ? (r > b ? r : b) : (g > b ? g : b);
    const least = r < g ? (r < b ? r : b) : (g < b ? g : b);
    if (most > 0) saturation += (most - least) / most;
  }
  const count = width * height;
  const mean = sum / count;
  return {
    meanRed: red / count, meanGreen: green / count, meanBlue: blue / count,
    contrast: Math.sqrt(Math.max(0, squares / count - mean * mean)), saturation: saturation / count,
  };
}

/**
 * Sharpness: variance of the 4-neighbour Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
 * microscopy", 2000). Motion blur: coherence of the structure tensor, (λ₁ − λ₂) ÷ (λ₁ + λ₂): streaks have edges in one
 * direction only.
 */
function edgeFigures(luma: Float32Array, width: number, height: number): { sharpness: number; motionBlur: number } {
  if (width < 3 || height < 3) return { sharpness: 0, motionBlur: 0 };
  let sum = 0;
  let squares = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let row = 1; row < height - 1; row += 1) {
    for (let at = row * width + 1; at < (row + 1) * width - 1; at += 1) {
      const left = luma[at - 1]!;
      const right = luma[at + 1]!;
      const above = luma[at - width]!;
      const below = luma[at + width]!;
      const laplacian = left + right + above + below - 4 * luma[at]!;
      sum += laplacian;
      squares += laplacian * laplacian;
      const dx = right - left;
      const dy = below - above;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
  }
  const count = (width - 2) * (height - 2);
  const mean = sum / count;
  const energy = xx + yy;
  return {
    sharpness: Math.max(0, squares / count - mean * mean),
    motionBlur: energy === 0 ? 0 : Math.min(1, Math.hypot(xx - yy, 2 * xy) / energy),
  };
}
