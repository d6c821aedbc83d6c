/** The strip a trail camera prints under its pictures, in a 3 × 5 pixel font of ours, so no machine's fonts matter. */
import type { Raster } from './raster.ts';


const rows = (text: string): readonly number[] => text.split(' ').map((row) => Number.parseInt(row, 2));

const FONT: Readonly<Record<string, readonly number[]>> = {
  '0': rows('111 101 101 101 111'), '1': rows('010 110 010 010 111'), '2': rows('111 001 111 100 111'), '3': rows('111 001 011 001 111'),
  '4': rows('101 101 111 001 001'), '5': rows('111 100 111 001 111'), '6': rows('111 100 111 101 111'), '7': rows('111 001 010 010 010'),
  '8': rows('111 101 111 101 111'), '9': rows('111 101 111 001 111'), '-': rows('000 000 111 000 000'), ':': rows('000 010 000 010 000'),
  A: rows('010 101 111 101 101'), C: rows('111 100 100 100 111'), M: rows('101 111 111 101 101'), ' ': rows('000 000 000 000 000'),
};

/** Writes `text` with its top left corner at (left, top), each font pixel `size` pixels. Unknown characters are left blank. */
export const write = (canvas: Raster, text: string, left: number, top: number, size: number): void => {
  [...text].forEach((character, index) => {
    const glyph = FONT[character] ?? [];
    for (let y = 0; y < 5 * size; y += 1) {
      for (let x = 0; x < 3 * size; x += 1) {
        const bits = glyph[Math.floor(y / size)] ?? 0;
        if (((bits >> (2 - Math.floor(x / size))) & 1) === 0) continue;
        const at = ((top + y) * canvas.width + left + index * 4 * size + x) * 3;
        canvas.data.fill(232, at, at + 3);
      }
    }
  });
};

/** Blackens the lowest `height` rows and prints camera, time and temperature. */
export const drawInfoBar = (canvas: Raster, height: number, camera: string, capturedAt: string, celsius: number): void => {
  canvas.data.fill(14, (canvas.height - height) * canvas.width * 3);
  const top = canvas.height - height + 4;
  write(canvas, camera.toUpperCase(), 6, top, 2);
  write(canvas, capturedAt.replace('T', ' '), 88, top, 2);
  write(canvas, `${celsius} C`, 276, top, 2);
};
