import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allPages, type ProjectApi } from './api.ts';
import { CommandFailed } from './failures.ts';
import { contentTypeOf, sha256Of } from './image-files.ts';
import { inFlight } from './in-flight.ts';

const IN_FLIGHT = 4;
const EXTENSIONS: Readonly<Record<string, string>> = { 'image/jpeg': '.jpg', 'image/png': '.png', 'image/webp': '.webp' };

/** A class name as a folder's name: nothing in it may lead elsewhere. */
export function folderName(className: string): string {
  const name = className.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+/, '_').trim();
  return name === '' ? '_' : name;
}

/**
 * Writes a dataset version as OUT/<split>/<class>/<sha256>.jpg, the form that most training scripts read. What is there
 * already is left, so a broken-off export can be repeated.
 * @returns how many images the version has
 * @throws CommandFailed when an image that came is not the one the manifest names
 */
export async function exportImageFolder(api: ProjectApi, version: number, out: string, startProgress: (total: number) => { step(): void; end(): void }): Promise<number> {
  const [project, rows] = await Promise.all([api.show(), allPages((query) => api.datasetRows(version, query))]);
  const names = new Map(project.classes.map(({ classId, name }) => [classId, folderName(name)]));
  const progress = startProgress(rows.length);
  await inFlight(rows, IN_FLIGHT, async (row) => {
    const folder = join(out, row.split, names.get(row.classId) ?? `class-${row.classId}`);
    const there = await Promise.all(Object.values(EXTENSIONS).map((extension) => stat(join(folder, row.sha256 + extension)).then(() => true, () => false)));
    if (!there.includes(true)) {
      const bytes = new Uint8Array(await (await api.original(row.imageId)).arrayBuffer());
      if (sha256Of(bytes) !== row.sha256) throw new CommandFailed(`The image ${row.imageId} that came is not the one of the manifest: perennial dataset verify ${version} says more.`);
      await mkdir(folder, { recursive: true });
      const path = join(folder, row.sha256 + (EXTENSIONS[contentTypeOf(bytes)] ?? ''));
      await writeFile(`${path}.part`, bytes);
      await rename(`${path}.part`, path);
    }
    progress.step();
  });
  progress.end();
  return rows.length;
}
