import { expect, it } from 'vitest';
import { isPerennialError } from '../../domain/errors.ts';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { hostileImages } from '../../testing/hostile-images.ts';
import { createSharpReader } from './sharp-reader.ts';
import { oddPictures, soundPictures } from './testing/pictures.ts';

const reader = createSharpReader();
const answerTo = async (bytes: Uint8Array): Promise<string> => {
  try {
    const { input } = await reader.read(bytes, defaultPreprocessing);
    return input.every(Number.isFinite) ? 'taken' : 'not finite';
  } catch (error) {
    return isPerennialError(error) ? error.code : String(error);
  }
};

it('F28: every hostile file is refused by a code that says why, or answered, within 2 s', async () => {
  const images = hostileImages(7, await soundPictures());
  expect(images.length).toBeGreaterThanOrEqual(300);
  const wrong: string[] = [];
  for (const { name, bytes, allowed } of images) {
    const start = performance.now();
    const answer = await answerTo(bytes);
    if (!allowed.includes(answer)) wrong.push(`${name}: ${answer}`);
    if (performance.now() - start > 2000) wrong.push(`${name}: ${Math.round(performance.now() - start)} ms`);
  }
  expect(wrong).toEqual([]);
}, 60_000);

it('F29: what claims to be too large is refused from its header within 50 ms, 32 at once too', async () => {
  const bombs = hostileImages(7, await soundPictures()).filter(({ name }) => /claims (65535 × 65535|50000|10000)/.test(name));
  expect(bombs).toHaveLength(6);
  await answerTo(bombs[0]!.bytes);
  for (const { bytes } of bombs) {
    // The best of five: a busy machine makes one of them wait, a decode would make all of them long.
    const took: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      const start = performance.now();
      expect(['IMAGE_TOO_LARGE', 'IMAGE_CORRUPT']).toContain(await answerTo(bytes));
      took.push(performance.now() - start);
    }
    expect(Math.min(...took)).toBeLessThan(50);
  }
  const many = await Promise.all(Array.from({ length: 32 }, (_, at) => answerTo(bombs[at % bombs.length]!.bytes)));
  expect(many.every((answer) => answer.startsWith('IMAGE_'))).toBe(true);
});

it('answers the odd and sound: CMYK, 16 bits, grey, transparent, palette, slivers, eight orientations', async () => {
  const answers = await Promise.all((await oddPictures()).map(async ({ name, bytes }) => `${name}: ${await answerTo(bytes)}`));
  expect(answers.filter((answer) => !answer.endsWith(': taken'))).toEqual([]);
});

it('gives up a file over the limit of bytes before looking into it', async () => {
  await expect(createSharpReader({ bytesMax: 1000 }).read(new Uint8Array(1001), defaultPreprocessing)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
});
