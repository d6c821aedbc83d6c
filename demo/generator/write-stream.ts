/** Writes a whole synthetic stream into a folder: pictures, index.csv and a README that says what it is. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { indexCsv } from './index-csv.ts';
import { createRenderer } from './render.ts';
import { describeYear, GENERATOR_VERSION, type SceneOptions } from './scene.ts';
import { streamReadme } from './stream-readme.ts';

export type StreamSummary = {
  readonly version: string;
  readonly images: number;
  readonly bursts: number;
  /** SHA-256 of index.csv, hex */
  readonly indexSha256: string;
  readonly seconds: number;
  readonly imagesPerSecond: number;
};

export type WriteOptions = SceneOptions & {
  readonly out: string;
  /** told after every hundredth picture and the last */
  readonly onProgress?: (done: number, total: number) => void;
};

/** Pictures worked on at once: encoding runs in sharp's threads while the next one is drawn. */
const IN_FLIGHT = 4;

/**
 * Writes the stream under `out` (made if missing; files of the same names are replaced).
 * index.csv is written last, so a folder without it is an unfinished one.
 * @throws RangeError for a bad `perPeriod`; file-system errors as they come
 */
export const writeStream = async (options: WriteOptions): Promise<StreamSummary> => {
  const started = performance.now();
  const scenes = describeYear(options);
  const renderer = createRenderer();
  const folders = new Set(scenes.map((scene) => path.join(options.out, path.dirname(scene.path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let scene = scenes[next++]; scene !== undefined; scene = scenes[next++]) {
      await writeFile(path.join(options.out, scene.path), await renderer.render(scene));
      done += 1;
      if (done % 100 === 0 || done === scenes.length) options.onProgress?.(done, scenes.length);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  const index = indexCsv(scenes);
  await writeFile(path.join(options.out, 'README.md'), streamReadme(options, scenes));
  await writeFile(path.join(options.out, 'index.csv'), index);
  const seconds = (performance.now() - started) / 1000;
  return {
    version: GENERATOR_VERSION, images: scenes.length, bursts: new Set(scenes.map((scene) => scene.burst)).size,
    indexSha256: createHash('sha256').update(index).digest('hex'), seconds: Number(seconds.toFixed(2)), imagesPerSecond: Number((scenes.length / seconds).toFixed(1)),
  };
};
