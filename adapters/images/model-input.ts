import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { Raster } from './raster.ts';

/** Where the picture goes before the model sees it: the size it is resized to, and the corner of the window that is kept. */
export interface Placement {
  readonly width: number;
  readonly height: number;
  /** Left and top of the model's window in the resized picture; negative where the picture is padded. */
  readonly left: number;
  readonly top: number;
}

/** The value that fills what the picture does not cover. */
const paddingGrey = 114;

/** @param width, height of the upright picture, in pixels */
export function placementOf(p: Preprocessing, width: number, height: number): Placement {
  if (p.resizeMode === 'stretch') return { width: p.width, height: p.height, left: 0, top: 0 };
  const horizontal = p.width / width;
  const vertical = p.height / height;
  const scale = p.resizeMode === 'crop' ? Math.max(horizontal, vertical) / p.cropShare : Math.min(horizontal, vertical);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return { ...size, left: Math.trunc((size.width - p.width) / 2), top: Math.trunc((size.height - p.height) / 2) };
}

/** Values of the model's window: (byte × scale − mean) ÷ std, in the model's colour order and layout. */
export function valuesOf(p: Preprocessing, raster: Raster, place: Placement, newValues: (length: number) => Float32Array = (length) => new Float32Array(length)): Float32Array {
  const pixels = p.width * p.height;
  const values = newValues(3 * pixels);
  const covered = place.left >= 0 && place.top >= 0 && place.left + p.width <= raster.width && place.top + p.height <= raster.height;
  if (covered && p.layout === 'nchw') return planesOf(p, raster, place, values);
  const [step, plane] = p.layout === 'nchw' ? [1, pixels] : [3, 1];
  for (let channel = 0; channel < 3; channel += 1) {
    const source = p.colourOrder === 'rgb' ? channel : 2 - channel;
    const table = byteTable(p, channel);
    let to = channel * plane;
    for (let y = 0; y < p.height; y += 1) {
      const row = y + place.top;
      const inside = row >= 0 && row < raster.height;
      for (let x = 0; x < p.width; x += 1, to += step) {
        const column = x + place.left;
        const byte = inside && column >= 0 && column < raster.width ? raster.data[(row * raster.width + column) * 3 + source]! : paddingGrey;
        values[to] = table[byte]!;
      }
    }
  }
  return values;
}

/** The model's window as bytes: red, green and blue of height × width pixels, row after row, before they become values. */
export function windowOf(p: Preprocessing, raster: Raster, place: Placement): Uint8Array {
  const bytes = new Uint8Array(3 * p.width * p.height).fill(paddingGrey);
  const left = Math.max(0, -place.left);
  const right = Math.min(p.width, raster.width - place.left);
  for (let y = Math.max(0, -place.top); y < Math.min(p.height, raster.height - place.top); y += 1) {
    const from = ((y + place.top) * raster.width + left + place.left) * 3;
    bytes.set(raster.data.subarray(from, from + (right - left) * 3), (y * p.width + left) * 3);
  }
  return bytes;
}

/** The common case in one pass: the picture covers the whole window, and each colour has a plane of its own. */
function planesOf(p: Preprocessing, { data, width }: Raster, place: Placement, values: Float32Array): Float32Array {
  const pixels = p.width * p.height;
  const [red, green, blue] = p.colourOrder === 'rgb' ? [0, pixels, 2 * pixels] : [2 * pixels, pixels, 0];
  const [redTable, greenTable, blueTable] = p.colourOrder === 'rgb' ? [byteTable(p, 0), byteTable(p, 1), byteTable(p, 2)] : [byteTable(p, 2), byteTable(p, 1), byteTable(p, 0)];
  for (let y = 0, to = 0; y < p.height; y += 1) {
    for (let x = 0, from = ((y + place.top) * width + place.left) * 3; x < p.width; x += 1, to += 1, from += 3) {
      values[red + to] = redTable[data[from]!]!;
      values[green + to] = greenTable[data[from + 1]!]!;
      values[blue + to] = blueTable[data[from + 2]!]!;
    }
  }
  return values;
}

/** There are 256 values a byte can become. */
function byteTable(p: Preprocessing, channel: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => (byte * p.scale - p.mean[channel]!) / p.std[channel]!);
}
