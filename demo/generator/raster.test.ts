import { expect, it } from 'vitest';
import { chanceOf } from './random.ts';
import { disc, drawSprite, grain, noiseTable, overlay, soften, streak, toInfrared, tone, veilRows, type Raster } from './raster.ts';

const canvas = (width: number, height: number, value: number): Raster => ({ width, height, data: new Uint8Array(width * height * 3).fill(value) });
const at = (raster: Raster, x: number, y: number): number[] => [...raster.data.subarray((y * raster.width + x) * 3, (y * raster.width + x) * 3 + 3)];
/** Left half red, right half clear. */
const halfRed: Raster = { width: 8, height: 8, data: Uint8Array.from({ length: 256 }, (_, index) => [255, 0, 0, Math.floor(index / 4) % 8 < 4 ? 255 : 0][index % 4] ?? 0) };
const place = { x: 10, feet: 14, height: 8, mirrored: false, tilt: 0, smear: 0, clearness: 1, veil: [0, 0, 0] } as const;

it('draws a sprite by its feet, and mirrors it', () => {
  const plain = canvas(20, 20, 0);
  drawSprite(plain, halfRed, place);
  expect(at(plain, 8, 10)).toEqual([255, 0, 0]);
  expect(at(plain, 12, 10)).toEqual([0, 0, 0]);
  expect(at(plain, 8, 16)).toEqual([0, 0, 0]);
  const mirrored = canvas(20, 20, 0);
  drawSprite(mirrored, halfRed, { ...place, mirrored: true });
  expect(at(mirrored, 8, 10)).toEqual([0, 0, 0]);
  expect(at(mirrored, 12, 10)[0]).toBeGreaterThan(200);
});

it('smears along the walk, and veils by distance', () => {
  const smeared = canvas(30, 20, 0);
  drawSprite(smeared, halfRed, { ...place, smear: 6 });
  const edge = at(smeared, 4, 10)[0] ?? 0;
  expect(edge).toBeGreaterThan(0);
  expect(edge).toBeLessThan(255);
  const far = canvas(20, 20, 0);
  drawSprite(far, halfRed, { ...place, clearness: 0.5, veil: [0, 200, 0] });
  expect(at(far, 8, 10)[1]).toBe(100);
});

it('overlays only where the layer is opaque', () => {
  const ground = canvas(8, 8, 9);
  overlay(ground, halfRed);
  expect(at(ground, 1, 1)).toEqual([255, 0, 0]);
  expect(at(ground, 6, 1)).toEqual([9, 9, 9]);
});

it('clips tone, turns infrared grey, and keeps a flat picture flat when it softens', () => {
  const bright = canvas(6, 6, 200);
  tone(bright, (value) => value * 2);
  expect(at(bright, 0, 0)).toEqual([255, 255, 255]);
  const coloured: Raster = { width: 1, height: 1, data: Uint8Array.of(200, 100, 0) };
  toInfrared(coloured, Float32Array.of(1), 1);
  expect(at(coloured, 0, 0)).toEqual([157, 157, 157]);
  const flat = canvas(6, 6, 90);
  soften(flat, 1.5);
  expect(Math.abs((at(flat, 3, 3)[0] ?? 0) - 90)).toBeLessThanOrEqual(1);
});

it('keeps discs, streaks and veils inside the picture', () => {
  const small = canvas(4, 4, 0);
  disc(small, 0, 0, 3, 3, [255, 255, 255], 1, false);
  streak(small, -2, -2, 30, 1, [255, 255, 255], 1);
  veilRows(small, [10, 10, 10], () => 1);
  expect(at(small, 3, 3)).toEqual([10, 10, 10]);
  expect(small.data).toHaveLength(48);
});

it('adds grain of the asked spread without moving the mean', () => {
  const grey = canvas(100, 100, 128);
  grain(grey, 8, chanceOf('g'), () => noiseTable(chanceOf('table')));
  const values = [...grey.data].filter((_, index) => index % 3 === 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  expect(Math.abs(mean - 128)).toBeLessThan(1);
  expect(Math.abs(spread - 8)).toBeLessThan(1);
});
