// Pictures for the tests of this folder and of serving, drawn with sharp itself.
import sharp, { type Sharp } from 'sharp';
import type { SoundPictures } from '../../../testing/hostile-images.ts';

/** A scene with a slope, a disc and fine grain: unlike upside down, mirrored or turned. */
export function scene(width: number, height: number, grain = 1): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const disc = (x - width * 0.3) ** 2 + (y - height * 0.25) ** 2 < (height * 0.18) ** 2;
      const noise = grain * (((x * 73 + y * 151 + x * y) % 17) - 8);
      data[at] = disc ? 230 : 40 + (120 * x) / width + noise;
      data[at + 1] = disc ? 180 : 60 + (100 * y) / height + noise;
      data[at + 2] = disc ? 40 : 90 + noise;
    }
  }
  return data;
}

export const draw = (width = 320, height = 240, grain = 1): Sharp => sharp(scene(width, height, grain), { raw: { width, height, channels: 3 } });

export async function soundPictures(): Promise<SoundPictures> {
  const [jpeg, progressiveJpeg, png, webp] = await Promise.all([
    draw().jpeg().toBuffer(), draw(64, 48).jpeg({ progressive: true }).toBuffer(), draw().png().toBuffer(), draw().webp().toBuffer(),
  ]);
  return { jpeg, progressiveJpeg, png, webp };
}

/** Unusual and sound: all of these are answered. */
export async function oddPictures(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const oddities: [string, Sharp][] = [
    ['CMYK', draw().toColourspace('cmyk').jpeg()], ['16 bits', draw().toColourspace('rgb16').png()], ['grey JPEG', draw().greyscale().jpeg()],
    ['grey 16 bits', draw().toColourspace('grey16').png()], ['transparent', draw().ensureAlpha(0.5).png()], ['transparent WebP', draw().ensureAlpha(0.5).webp()],
    ['palette', draw().png({ palette: true, colours: 8 })], ['progressive', draw().jpeg({ progressive: true })], ['lossless WebP', draw().webp({ lossless: true })],
    ['one pixel', draw(1, 1).png()], ['a line', draw(3000, 1).png()], ['a column', draw(2, 2000).jpeg()],
    ...Array.from({ length: 8 }, (_, index): [string, Sharp] => [`orientation ${index + 1}`, draw().withMetadata({ orientation: index + 1 }).jpeg()]),
  ];
  return Promise.all(oddities.map(async ([name, picture]) => ({ name, bytes: await picture.toBuffer() })));
}
