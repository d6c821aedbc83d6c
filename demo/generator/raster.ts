/** Pixel work on plain RGB buffers: quick, and the same on every machine. Colours are 0–255, positions are pixels. */
import type { Chance } from './random.ts';

export type Raster = { readonly width: number; readonly height: number; readonly data: Uint8Array };
/** RGBA, not premultiplied. */
export type Sprite = Raster;

export type Placement = {
  /** middle of the feet */
  readonly x: number;
  readonly feet: number;
  readonly height: number;
  readonly mirrored: boolean;
  readonly tilt: number;
  readonly smear: number;
  /** share of the sprite's own colour; the rest is `veil` */
  readonly clearness: number;
  readonly veil: readonly [number, number, number];
};

const blend = (data: Uint8Array, at: number, red: number, green: number, blue: number, alpha: number): void => {
  data[at] = (data[at] as number) + (red - (data[at] as number)) * alpha;
  data[at + 1] = (data[at + 1] as number) + (green - (data[at + 1] as number)) * alpha;
  data[at + 2] = (data[at + 2] as number) + (blue - (data[at + 2] as number)) * alpha;
};

/** Premultiplied bilinear sample of `sprite` added into `into` [r, g, b, a]. */
const sample = (sprite: Sprite, x: number, y: number, into: Float64Array): void => {
  const left = Math.floor(x);
  const top = Math.floor(y);
  for (let corner = 0; corner < 4; corner += 1) {
    const column = left + (corner & 1);
    const row = top + (corner >> 1);
    if (column < 0 || row < 0 || column >= sprite.width || row >= sprite.height) continue;
    const at = (row * sprite.width + column) * 4;
    const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row)) * ((sprite.data[at + 3] as number) / 255);
    into[0] = (into[0] as number) + weight * (sprite.data[at] as number);
    into[1] = (into[1] as number) + weight * (sprite.data[at + 1] as number);
    into[2] = (into[2] as number) + weight * (sprite.data[at + 2] as number);
    into[3] = (into[3] as number) + weight;
  }
};

/** Draws a sprite by its feet, turned by `tilt` and smeared along x. */
export const drawSprite = (canvas: Raster, sprite: Sprite, place: Placement): void => {
  const scale = sprite.height / place.height;
  const halfWide = (sprite.width / scale) * 0.5;
  const reach = Math.hypot(halfWide, place.height * 0.5) + place.smear + 2;
  const middleY = place.feet - place.height / 2;
  const cos = Math.cos(place.tilt) * scale;
  const sin = Math.sin(place.tilt) * scale;
  const taps = place.smear < 1 ? 1 : Math.min(7, Math.ceil(place.smear));
  const sum = new Float64Array(4);
  const [veilR, veilG, veilB] = place.veil;
  for (let y = Math.max(0, Math.floor(middleY - reach)); y < Math.min(canvas.height, middleY + reach); y += 1) {
    for (let x = Math.max(0, Math.floor(place.x - reach)); x < Math.min(canvas.width, place.x + reach); x += 1) {
      sum.fill(0);
      for (let tap = 0; tap < taps; tap += 1) {
        const dx = x - place.x + (taps === 1 ? 0 : (tap / (taps - 1) - 0.5) * place.smear);
        const dy = y - middleY;
        const across = (cos * dx + sin * dy) * (place.mirrored ? -1 : 1);
        sample(sprite, sprite.width / 2 + across - 0.5, sprite.height / 2 - sin * dx + cos * dy - 0.5, sum);
      }
      const weight = sum[3] as number;
      if (weight < 0.004) continue;
      const colour = place.clearness / weight;
      const rest = 1 - place.clearness;
      blend(canvas.data, (y * canvas.width + x) * 3, (sum[0] as number) * colour + veilR * rest, (sum[1] as number) * colour + veilG * rest, (sum[2] as number) * colour + veilB * rest, weight / taps);
    }
  }
};

/** Lays an RGBA layer of the same size over the canvas. */
export const overlay = (canvas: Raster, layer: Sprite): void => {
  for (let pixel = 0, count = canvas.width * canvas.height; pixel < count; pixel += 1) {
    const alpha = layer.data[pixel * 4 + 3] as number;
    if (alpha > 0) blend(canvas.data, pixel * 3, layer.data[pixel * 4] as number, layer.data[pixel * 4 + 1] as number, layer.data[pixel * 4 + 2] as number, alpha / 255);
  }
};

/** A soft disc or ellipse of one colour. `alpha` at its middle, fading to the rim when `soft`. */
export const disc = (canvas: Raster, x: number, y: number, rx: number, ry: number, colour: readonly [number, number, number], alpha: number, soft: boolean): void => {
  for (let row = Math.max(0, Math.ceil(y - ry)); row <= Math.min(canvas.height - 1, y + ry); row += 1) {
    for (let column = Math.max(0, Math.ceil(x - rx)); column <= Math.min(canvas.width - 1, x + rx); column += 1) {
      const far = ((column - x) / rx) ** 2 + ((row - y) / ry) ** 2;
      if (far < 1) blend(canvas.data, (row * canvas.width + column) * 3, ...colour, soft ? alpha * (1 - far) : alpha);
    }
  }
};

/** A slanted streak one pixel wide. */
export const streak = (canvas: Raster, x: number, y: number, length: number, slant: number, colour: readonly [number, number, number], alpha: number): void => {
  for (let step = 0; step < length; step += 1) {
    const column = Math.round(x + step * slant);
    const row = Math.round(y + step);
    if (column >= 0 && row >= 0 && column < canvas.width && row < canvas.height) blend(canvas.data, (row * canvas.width + column) * 3, ...colour, alpha);
  }
};

/** Mixes each row towards one colour; `share(row)` is 0–1. */
export const veilRows = (canvas: Raster, colour: readonly [number, number, number], share: (row: number) => number): void => {
  for (let row = 0; row < canvas.height; row += 1) {
    const alpha = share(row);
    for (let at = row * canvas.width * 3, end = at + canvas.width * 3; at < end; at += 3) blend(canvas.data, at, ...colour, alpha);
  }
};

/** Passes each channel through its own curve. */
export const tone = (canvas: Raster, curve: (value: number, channel: 0 | 1 | 2) => number): void => {
  const table = ([0, 1, 2] as const).map((channel) => Uint8Array.from({ length: 256 }, (_, value) => Math.max(0, Math.min(255, Math.round(curve(value, channel))))));
  const [red, green, blue] = table as [Uint8Array, Uint8Array, Uint8Array];
  const { data } = canvas;
  for (let at = 0; at < data.length; at += 3) {
    data[at] = red[data[at] as number] as number;
    data[at + 1] = green[data[at + 1] as number] as number;
    data[at + 2] = blue[data[at + 2] as number] as number;
  }
};

/** Grey by infrared reflectance: leaves are bright, the sky is black, and the flash falls off by `flash` (one number 0–1 a pixel). */
export const toInfrared = (canvas: Raster, flash: Float32Array, level: number): void => {
  const { data } = canvas;
  for (let pixel = 0; pixel < flash.length; pixel += 1) {
    const at = pixel * 3;
    const reflectance = 0.5 * (data[at] as number) + 0.45 * (data[at + 1] as number) + 0.05 * (data[at + 2] as number);
    const grey = Math.min(255, 12 + reflectance * (flash[pixel] as number) * level);
    data[at] = grey;
    data[at + 1] = grey;
    data[at + 2] = grey;
  }
};

/** Mixes in a box-blurred copy: radius 1 pixel for each unit of `strength`, whole passes and a remainder. */
export const soften = (canvas: Raster, strength: number): void => {
  const { data, width, height } = canvas;
  const row = width * 3;
  for (let left = strength; left > 0.02; left -= 1) {
    const share = Math.min(1, left);
    const side = share / 4;
    const copy = Uint8Array.from(data);
    for (let at = row; at < data.length - row; at += 1) {
      const here = copy[at] as number;
      const around = (copy[at - 3] as number) + (copy[at + 3] as number) + (copy[at - row] as number) + (copy[at + row] as number);
      data[at] = here * (1 - share) + (around * 0.8 + here * 0.8) * side;
    }
    if (height < 3) return;
  }
};

const NOISE = 65_536;
let noise: Int8Array | undefined;

/** Adds sensor grain of standard deviation `sigma` from a table of ±3σ values; the same in all channels when `grey`. */
export const grain = (canvas: Raster, sigma: number, chance: Chance, makeTable: () => Int8Array): void => {
  noise ??= makeTable();
  const { data } = canvas;
  const scale = sigma / 32;
  let from = Math.floor(chance() * NOISE);
  for (let at = 0; at < data.length; at += 3) {
    if ((at & 1023) === 0) from = Math.floor(chance() * NOISE);
    from = (from + 1) & (NOISE - 1);
    const shift = (noise[from] as number) * scale;
    for (let channel = at; channel < at + 3; channel += 1) {
      const value = (data[channel] as number) + shift;
      data[channel] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
};

/** 65,536 near-normal values with standard deviation 32 (sum of four uniforms), for `grain`. */
export const noiseTable = (chance: Chance): Int8Array =>
  Int8Array.from({ length: NOISE }, () => Math.round((chance() + chance() + chance() + chance() - 2) * 32 * Math.sqrt(3)));
