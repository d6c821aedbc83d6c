import sharp from 'sharp';
import { expect, it } from 'vitest';
import { linesSvg } from '../../domain/plots/lines.ts';
import { createSharpReader } from './sharp-reader.ts';
import { svgToPng } from './svg-to-png.ts';

const svg = linesSvg({ title: 'Accuracy', periods: ['summer', 'autumn'], lines: [{ name: 'loop', values: [0.9, 0.95] }] });

it('draws a plot at twice its size, with something in it', async () => {
  const drawn = sharp(await svgToPng(svg));
  const [, width] = /width="([\d.]+)"/.exec(svg) ?? [];
  const facts = await drawn.metadata();
  expect(facts.format).toBe('png');
  expect(Math.abs((facts.width ?? 0) - 2 * Number(width))).toBeLessThanOrEqual(2);
  expect((await drawn.stats()).entropy).toBeGreaterThan(0.2);
});
it('refuses text that is no SVG by code', async () => {
  await expect(svgToPng('no picture')).rejects.toMatchObject({ code: 'INTERNAL' });
});
it('draws beside a reader of pictures, which goes on refusing SVGs, and leaves the decoder shut', async () => {
  const reader = createSharpReader();
  const refused = () => reader.view(Buffer.from(svg), 64).then(() => 'taken', (error: { code?: string }) => error.code);
  const [first, during] = await Promise.all([Promise.all([svgToPng(svg), svgToPng(svg), svgToPng(svg)]), refused()]);
  expect([first.every((each) => each.length > 100), during, await refused()]).toEqual([true, 'IMAGE_UNSUPPORTED_TYPE', 'IMAGE_UNSUPPORTED_TYPE']);
  await expect(sharp(Buffer.from(svg)).metadata()).rejects.toThrow();
});
