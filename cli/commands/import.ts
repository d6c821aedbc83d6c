import type { Command } from 'commander';
import type { PredictionReply } from '../../contracts/predictions.ts';
import type { ProjectApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { Refusal, UsageError } from '../failures.ts';
import { findImageFiles, type ImageFile, importKey, readBytes, sha256Of } from '../image-files.ts';
import { inFlight } from '../in-flight.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb } from '../verb.ts';
import { importInParts } from '../waits.ts';

const IN_FLIGHT = 4;
type Options = { readonly json?: boolean; readonly project?: string; readonly camera?: string };
type Answered = { readonly file: string; readonly prediction: PredictionReply } | { readonly file: string; readonly code: string; readonly detail: string };

/** `perennial import`, `perennial predict` and `perennial label import` */
export function addImportVerbs(program: Command, context: CliContext): void {
  addProjectVerb(program, 'import <folder>', 'a memory card’s worth of images: stored, predicted, flagged; may be repeated, nothing is doubled', ['import /media/card --project fox-cameras --camera gate-3'])
    .option('--camera <name>', 'the camera that took them')
    .action(async (folder: string, options: Options) => {
      const files = await filesUnder([folder]);
      const answers = await predictFiles(context, options, files);
      const summary = summarise(answers);
      context.print(options, summary, () => importWords(summary));
    });
  addProjectVerb(program, 'predict <files...>', 'ask about some images and record the answers', ['predict a.jpg b.jpg --project fox-cameras', 'predict a.jpg --json'])
    .option('--camera <name>', 'the camera that took them')
    .action(async (paths: string[], options: Options) => {
      const answers = await predictFiles(context, options, await filesUnder(paths));
      context.print(options, answers, () => renderTable(['file', 'answer', 'confidence', 'flags', 'prediction'], answers.map((each) =>
        'prediction' in each ? [each.file, each.prediction.top.name, each.prediction.confidence.toFixed(3), each.prediction.flags.map((flag) => flag.reason).join(', '), each.prediction.id] : [each.file, `refused: ${each.code}`, null, '', each.detail])));
      if (answers.every((each) => !('prediction' in each))) throw new Refusal((answers[0] as { code: string }).code, 422, 'No image was taken.');
    });
  const noun = addNoun(program, 'label', 'accepted truths for images');
  addProjectVerb(noun, 'import <paths...>', 'labels for images that are in the project already; the folder of a file is its class', ['label import ./reviewed/* --project fox-cameras   # ./reviewed/<class>/*.jpg']).action(async (paths: string[], options: Options) => {
    const { api } = await context.project(options.project);
    const files = await filesUnder(paths);
    const labels = await Promise.all(files.map(async (file) => ({ sha256: sha256Of(await readBytes(file.path)), className: file.folder })));
    const done = await importInParts(api, labels);
    context.print(options, done, () => `${done.created} labels, ${done.unchanged} unchanged, ${done.unknownImages.length} of images that the project does not have${done.unknownImages.length > 0 ? ' (perennial import brings them in)' : ''}.`);
  });
}

async function filesUnder(paths: readonly string[]): Promise<ImageFile[]> {
  const files = (await Promise.all(paths.map(findImageFiles))).flat();
  if (files.length === 0) throw new UsageError('There are no JPEG, PNG or WebP files there.');
  return files;
}

async function predictFiles(context: CliContext, options: Options, files: readonly ImageFile[]): Promise<Answered[]> {
  const { slug, api } = await context.project(options.project);
  const progress = context.progress(options, 'Sending', files.length);
  const answers = Array.from<Answered>({ length: files.length });
  await inFlight(files, IN_FLIGHT, async (file, position) => {
    answers[position] = await predictFile(api, slug, file, options.camera);
    progress.step();
  });
  progress.end();
  return answers;
}

/** One file; a refusal of the image itself is an answer, anything else ends the command. */
async function predictFile(api: ProjectApi, slug: string, { path, shortName }: ImageFile, camera: string | undefined): Promise<Answered> {
  const bytes = await readBytes(path);
  try {
    const reply = await api.predictOne({ bytes, fileName: shortName, camera, key: importKey('import', slug, sha256Of(bytes)) });
    if (!('results' in reply)) return { file: path, prediction: reply };
    const only = reply.results[0];
    if (only === undefined) throw new Refusal('REPLY_UNEXPECTED', 200, 'The server answered about no image.');
    return only.outcome === 'predicted' ? { file: path, prediction: only.prediction } : { file: path, code: only.code, detail: only.detail };
  } catch (error) {
    if (error instanceof Refusal && (error.code.startsWith('IMAGE_') || error.code === 'REQUEST_TOO_LARGE')) return { file: path, code: error.code, detail: error.message };
    throw error;
  }
}

export interface ImportSummary {
  readonly images: number;
  readonly flagged: number;
  readonly classes: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, readonly string[]>>;
}

/** Counts by class, and the refused files by code. */
export function summarise(answers: readonly Answered[]): ImportSummary {
  const classes: Record<string, number> = {};
  const refused: Record<string, string[]> = {};
  let flagged = 0;
  for (const each of answers) {
    if (!('prediction' in each)) {
      (refused[each.code] ??= []).push(each.file);
      continue;
    }
    classes[each.prediction.top.name] = (classes[each.prediction.top.name] ?? 0) + 1;
    if (each.prediction.flags.length > 0) flagged += 1;
  }
  return { images: answers.length - Object.values(refused).flat().length, flagged, classes, refused };
}

function importWords({ images, flagged, classes, refused }: ImportSummary): string {
  const codes = Object.entries(refused);
  return [
    `${images} images, ${flagged} flagged for a person.`,
    renderTable(['answer', 'images'], Object.entries(classes).sort((a, b) => b[1] - a[1])),
    ...(codes.length === 0 ? [] : ['', 'Refused:', renderTable(['code', 'files', 'first'], codes.map(([code, files]) => [code, files.length, files[0]]))]),
  ].join('\n');
}
