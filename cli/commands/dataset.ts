import { type Command, Option } from 'commander';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { CliContext } from '../context.ts';
import { CommandFailed, UsageError } from '../failures.ts';
import { exportImageFolder } from '../image-folder.ts';
import { renderFacts, renderTable } from '../table.ts';
import { addNoun, addProjectVerb, wholeNumber } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string };
const number = wholeNumber(1, 1_000_000);
/** Images of a version that is verified in one request; a larger one goes part by part. */
const imagesAtOnce = 2_000;
const counts = (record: Readonly<Record<string, number>>): string => Object.entries(record).map(([name, count]) => `${name} ${count}`).join(', ');

/** `perennial dataset list|show|diff|verify|export` */
export function addDatasetVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'dataset', 'frozen versions of the labelled images');
  addProjectVerb(noun, 'list', 'dataset versions', ['dataset list']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.datasets();
    context.print(options, items, () => renderTable(['version', 'parent', 'images', 'splits', 'bytes written', 'made', 'because'], items.map((each) => [each.number, each.parentNumber, each.imageCount, counts(each.splitCounts), each.bytesWritten, each.createdAt.slice(0, 16), each.reason])));
  });
  addProjectVerb(noun, 'show <version>', 'one version in full', ['dataset show 3', 'dataset show 3 --json']).action(async (version: string, options: Options) => {
    const { api } = await context.project(options.project);
    const each = await api.dataset(number(version));
    context.print(options, each, () => renderFacts([['version', each.number], ['parent', each.parentNumber], ['root digest', each.rootDigest], ['images', each.imageCount], ['splits', counts(each.splitCounts)], ['classes', counts(each.classCounts)], ['bytes written', each.bytesWritten], ['made', `${each.createdAt} by ${each.createdBy}`], ['because', each.reason]]));
  });
  addProjectVerb(noun, 'diff <from> <to>', 'what came, went and changed between two versions', ['dataset diff 2 3']).action(async (from: string, to: string, options: Options) => {
    const { api } = await context.project(options.project);
    const diff = await api.datasetDiff({ from: number(from), to: number(to) });
    context.print(options, diff, () => renderTable(['', 'image', 'class', 'split'], [
      ...diff.added.map((row) => ['+', row.sha256.slice(0, 16), row.classId, row.split]),
      ...diff.removed.map((row) => ['-', row.sha256.slice(0, 16), row.classId, row.split]),
      ...diff.changed.map(({ before, after }) => ['~', after.sha256.slice(0, 16), `${before.classId} → ${after.classId}`, before.split === after.split ? after.split : `${before.split} → ${after.split}`]),
    ]));
  });
  addProjectVerb(noun, 'verify <version>', 'read every object of a version again and hold it against its digest', ['dataset verify 3']).action(async (version: string, options: Options) => {
    const { api } = await context.project(options.project);
    const { imageCount } = await api.dataset(number(version));
    const digits = [...'0123456789abcdef'];
    // Part by part where it takes long, so that it can be seen how far it is.
    const parts = imageCount > imagesAtOnce ? digits.flatMap((first) => digits.map((second) => first + second)) : [''];
    const progress = context.progress(options, 'Reading', parts.length);
    const done = { number: number(version), objects: 0, images: 0, damaged: [] as string[] };
    for (const part of parts) {
      const { objects, images, damaged } = await api.verifyDataset(number(version), part);
      Object.assign(done, { objects: done.objects + objects, images: done.images + images, damaged: [...new Set([...done.damaged, ...damaged])] });
      progress.step();
    }
    progress.end();
    context.print(options, done, () => `Version ${done.number}: ${done.objects} objects and ${done.images} images read, ${done.damaged.length === 0 ? 'all whole' : `${done.damaged.length} damaged:\n  ${done.damaged.join('\n  ')}`}.`);
    if (done.damaged.length > 0) throw new CommandFailed(`Dataset version ${done.number} is damaged.`);
  });
  addProjectVerb(noun, 'export <version>', 'write a version as files that other tools read', ['dataset export 3 --format imagefolder --out ./v3', 'dataset export 3 --format coco --out ./v3'])
    .addOption(new Option('--format <format>', 'what to write').choices(['imagefolder', 'coco', 'parquet']).default('imagefolder'))
    .requiredOption('--out <folder>', 'folder to write into (made if missing)')
    .action(async (version: string, options: Options & { format: string; out: string }) => {
      const { slug, api } = await context.project(options.project);
      if (options.format === 'imagefolder') {
        const images = await exportImageFolder(api, number(version), options.out, (total) => context.progress(options, 'Fetching', total));
        return context.print(options, { path: options.out, images }, () => `${images} images in ${options.out}/<split>/<class>/.`);
      }
      const response = await api.exportDataset(number(version), options.format);
      const path = await save(response, options.out, `${slug}-v${version}-${options.format}`);
      context.print(options, { path, bytes: (await stat(path)).size }, () => path);
    });
}

const EXTENSIONS: readonly (readonly [RegExp, string])[] = [[/zip/, '.zip'], [/tar/, '.tar'], [/parquet/, '.parquet'], [/json/, '.json']];

/** Writes an answer under its own name once it is whole. */
async function save(response: Response, folder: string, name: string): Promise<string> {
  if (response.body === null) throw new UsageError('The server sent nothing.');
  const type = response.headers.get('content-type') ?? '';
  const sent = /filename="?([\w.-]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const path = join(folder, sent ?? `${name}${EXTENSIONS.find(([pattern]) => pattern.test(type))?.[1] ?? '.bin'}`);
  await mkdir(folder, { recursive: true });
  const part = `${path}.part`;
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), createWriteStream(part));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return path;
}
