import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ImportModelReply } from '../../contracts/models.ts';
import { houseApi, type ProjectApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { Refusal, UsageError } from '../failures.ts';
import { importKey, sha256Of } from '../image-files.ts';
import { readModelFile } from '../model-file.ts';
import { presets, tellOfPictures, type ToldOfPictures } from '../model-questions.ts';
import { slugOf } from '../slug.ts';
import { addProjectVerb, share } from '../verb.ts';

interface Options extends ToldOfPictures {
  readonly json?: boolean;
  readonly project?: string;
  readonly classes?: string;
  readonly rename?: Readonly<Record<string, string>>;
  readonly kernel?: string;
  readonly cropShare?: number;
  readonly layout?: string;
  readonly answers?: string;
  readonly output?: string;
  readonly promote: boolean;
}

/** `perennial model import` */
export function addModelImportVerb(noun: Command, context: CliContext): void {
  addProjectVerb(noun, 'import <file>', 'a classifier of your own, as ONNX; what its file cannot say is asked for', [
    'model import fox.onnx --classes labels.txt --preset imagenet --project foxes   # the project is made where there is none',
    'model import fox.onnx --classes labels.txt --colour bgr --range 0-255 --mean 104,117,123 --std 1,1,1 --resize stretch',
  ])
    .option('--classes <file>', 'text file with the class names in the order of the model’s outputs, one a line')
    .option('--rename <model=project>', 'a class whose name differs in the project; may be given several times', renameInto)
    .option('--preset <name>', `how pictures are fed, all at once: ${Object.entries(presets).map(([name, { colour, range, mean, std, resize }]) => `${name} (${colour}, ${range}, ${mean}, ${std}, ${resize})`).join('; ')}`)
    .option('--colour <order>', 'rgb or bgr, as the model was trained')
    .option('--range <range>', 'of the values fed in, before mean and std: 0-1 or 0-255')
    .option('--mean <values>', 'taken off, one a colour or one for all')
    .option('--std <values>', 'divided by, one a colour or one for all')
    .option('--resize <mode>', 'crop (cover and cut the middle), stretch or letterbox')
    .option('--size <size>', 'WIDTHxHEIGHT, where the file leaves it free')
    .option('--crop-share <share>', 'share of the shorter side that crop keeps; 0.875 unless given', share)
    .addOption(new Option('--kernel <name>', 'of resizing; linear unless given').choices(['linear', 'cubic', 'lanczos3', 'nearest']))
    .addOption(new Option('--layout <layout>', 'where the shape cannot tell').choices(['nchw', 'nhwc']))
    .addOption(new Option('--answers <kind>', 'what the outputs are; a softmax at the end is found without being told').choices(['probabilities', 'logits']))
    .option('--output <name>', 'which output, where several have one value a class')
    .option('--no-promote', 'never make it the champion, not even as the project’s first')
    .action(async (file: string, options: Options) => {
      const reply = await importFile(context, file, options);
      context.print(options, reply, () => words(file, reply));
    });
}

async function importFile(context: CliContext, file: string, options: Options): Promise<ImportModelReply> {
  const { bytes, inlined, facts } = await readModelFile(file);
  if (inlined !== null) context.say(options, `The weights in ${inlined} were put into the model.`);
  const classes = await classNames(context, options);
  if (facts !== null && facts.classCounts.length > 0 && !facts.classCounts.includes(classes.length)) {
    throw new UsageError(`The model answers for ${facts.classCounts.join(' or ')} classes, and ${classes.length} are named.`);
  }
  const fed = await tellOfPictures(options, facts, context.ask ?? null);
  const { rename: renamed = {}, kernel, cropShare, layout, answers, output } = options;
  const about = { classes, renamed, ...fed, kernel, cropShare, layout, answers, output, fileName: basename(file), promote: options.promote ? 'if_first' : 'no' };
  const { slug, api } = await projectFor(context, options, classes.map((name) => renamed[name] ?? name));
  context.say(options, `Sending ${(bytes.byteLength / 2 ** 20).toFixed(1)} MiB; the model is read and tried in a process of its own …`);
  // The same file told the same way is the same import: sent twice, it is one model version.
  return api.importModel(bytes, about, importKey('model', slug, sha256Of(new TextEncoder().encode(`${sha256Of(bytes)}\n${JSON.stringify(about)}`))));
}

async function classNames(context: CliContext, options: Options): Promise<string[]> {
  const path = options.classes ?? (await context.ask?.('File with the class names in the order of the outputs, one a line? '))?.trim();
  if (path === undefined || path === '') throw new UsageError('Add --classes FILE: the class names in the order of the model’s outputs, one a line.');
  const text = await readFile(path, 'utf8').catch(() => { throw new UsageError(`There is no file ${path} with class names.`); });
  const names = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  if (names.length < 2) throw new UsageError(`${path} names ${names.length} class${names.length === 1 ? '' : 'es'}, and two or more are asked for, one a line.`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`${path} names ${twice} twice.`);
  return names;
}

/** A project that was named and is not there is made with the model's classes: it needs no data to start. */
async function projectFor(context: CliContext, options: Options, classes: string[]): Promise<{ slug: string; api: ProjectApi }> {
  const named = options.project ?? context.environment['PERENNIAL_PROJECT'];
  const found = await context.project(named === undefined ? undefined : slugOf(named));
  if (named === undefined) return found;
  await found.api.show().catch(async (error: unknown) => {
    if (!(error instanceof Refusal && (error.code === 'PROJECT_NOT_FOUND' || error.code === 'REQUEST_NOT_FOUND'))) throw error;
    await houseApi(context.client()).createProject({ slug: found.slug, name: named, classes });
    context.say(options, `The project ${found.slug} was made with the model’s ${classes.length} classes.`);
  });
  return found;
}

function renameInto(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const [from, to] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 1 || from === '' || to === '') throw new InvalidArgumentError('MODEL=PROJECT is needed, for instance "red fox=fox".');
  return { ...before, [from]: to };
}

function words(file: string, { version, becameChampion, embedding, remarks, millisecondsPerImage }: ImportModelReply): string {
  return [
    `${basename(file)} is model version ${version.number}${becameChampion ? ' and the champion: the next request is answered by it' : ''} (${millisecondsPerImage.toFixed(1)} ms an image in the trial).`,
    ...remarks,
    embedding === 'features' ? 'Retraining fits a new last layer on the model’s own features.' : 'Retraining starts from the default backbone.',
    ...(version.champion ? [] : [`The champion goes on answering. perennial promote ${version.number} --reason "…" makes this one the champion.`]),
  ].join('\n');
}
