import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes, sha256Of } from '../../cli/image-files.ts';
import { parseIndex, type StreamImage } from './stream.ts';

/** A stream on disk, with each picture once. */
export interface LoadedStream {
  readonly images: readonly StreamImage[];
  /** Class names, sorted; the position is the class id in the project that is made. */
  readonly classes: readonly string[];
  /** Rows left out because the very same bytes come earlier in the list. */
  readonly duplicates: number;
  bytesOf(image: StreamImage): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a stream's list and looks at every file once.
 * @throws Error in one sentence when the list or a file is missing or cannot be used
 */
export async function loadStream(folder: string): Promise<LoadedStream> {
  const text = await readFile(join(folder, 'index.csv'), 'utf8').catch(() => {
    throw new Error(`There is no index.csv in ${folder}: it lists the images (columns path, label, period; camera, captured_at, burst where known).`);
  });
  const rows = parseIndex(text);
  const seen = new Set<string>();
  const images: StreamImage[] = [];
  for (const row of rows) {
    const bytes = await readBytes(join(folder, row.path)).catch(() => {
      throw new Error(`index.csv lists ${row.path}, and there is no such file.`);
    });
    // The same bytes are one image to the system: a second label for it, or a place in the exam, would be cheating.
    const sha256 = sha256Of(bytes);
    if (!seen.has(sha256)) images.push(row);
    seen.add(sha256);
  }
  return { images, classes: [...new Set(images.map((image) => image.label))].sort(), duplicates: rows.length - images.length, bytesOf: (image) => readBytes(join(folder, image.path)) };
}
