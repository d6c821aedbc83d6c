import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { readBytes } from '../image-files.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string };
interface ImportOptions extends Options { readonly classes: string; readonly colourOrder: string; readonly range: string; readonly mean: string; readonly std: string; readonly resizeMode: string }

/** `perennial model list|import` */
export function addModelVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'model', 'trained and imported versions');
  addProjectVerb(noun, 'list', 'model versions, newest first', ['model list --project fox-cameras']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.modelVersions();
    context.print(options, items, () => renderTable(['version', 'kind', 'role', 'dataset', 'accuracy', 'MLflow', 'made'], items.map((each) =>
      [each.number, each.kind, each.champion ? 'champion' : each.challenger ? 'challenger' : '', each.datasetVersion, each.metrics?.['accuracy']?.toFixed(3), each.mlflowVersion, each.createdAt.slice(0, 16)])));
  });
  addProjectVerb(noun, 'import <file>', 'a classifier of your own, as ONNX', ['model import fox.onnx --classes labels.txt --range 0-1 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225'])
    .requiredOption('--classes <file>', 'text file with the class names in the order of the model’s outputs, one a line')
    .option('--colour-order <order>', 'rgb or bgr', 'rgb')
    .option('--range <range>', 'of the values fed in, before mean and std: 0-1 or 0-255', '0-1')
    .option('--mean <values>', 'taken off, one a channel', '0,0,0')
    .option('--std <values>', 'divided by, one a channel', '1,1,1')
    .option('--resize-mode <mode>', 'stretch, crop or letterbox', 'crop')
    .action(async (file: string, options: ImportOptions) => {
      const classes = await readFile(options.classes, 'utf8').catch(() => {
        throw new UsageError(`There is no file ${options.classes} with class names.`);
      });
      const bytes = await readBytes(file).catch(() => {
        throw new UsageError(`There is no file ${file}.`);
      });
      const { colourOrder, range, mean, std, resizeMode } = options;
      const { api } = await context.project(options.project);
      const version = await api.importModel(bytes, { classes, colourOrder, range, mean, std, resizeMode });
      context.print(options, version, () => `${basename(file)} is model version ${version.number}${version.champion ? ' and the champion' : ''}.`);
    });
}
