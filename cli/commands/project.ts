import type { Command } from 'commander';
import { houseApi, projectApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { classFolders } from '../image-files.ts';
import { slugOf } from '../slug.ts';
import { renderFacts, renderTable } from '../table.ts';
import { addNoun, addProjectVerb, addVerb, names } from '../verb.ts';
import { coldStart } from './cold-start.ts';

/** `perennial project list|show|create` */
export function addProjectVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'project', 'a question that a model answers, with its classes, images and people');
  addVerb(noun, 'list', 'the projects that this credential opens', ['project list']).action(async (options: { json?: boolean }) => {
    const items = await houseApi(context.client()).projects();
    context.print(options, items, () => renderTable(['project', 'name', 'classes', 'champion'], items.map((each) => [each.slug, each.name, each.classes.length, each.champion?.number])));
  });
  addProjectVerb(noun, 'show', 'one project in full', ['project show --project fox-cameras']).action(async (options: { json?: boolean; project?: string }) => {
    const { api } = await context.project(options.project);
    const shown = await api.show();
    context.print(options, shown, () => renderFacts([
      ['project', shown.slug], ['name', shown.name], ['classes', shown.classes.map((each) => each.name).join(', ')], ['time zone', shown.timeZone],
      ['champion', shown.champion === null ? 'none yet' : `version ${shown.champion.number} (${shown.champion.kind})`], ['policy version', shown.policyVersion],
      ['images', shown.counts.images], ['predictions', shown.counts.predictions], ['labels', shown.counts.labels], ['waiting items', shown.counts.waitingItems], ['open items', shown.counts.openItems], ['my role', shown.myRole],
    ]));
  });
  addVerb(noun, 'create <name>', 'make a project; with --data also its first model', ['project create fox-cameras --classes fox,hare,empty', 'project create bolts --data ./bolts   # ./bolts/<class>/*.jpg'])
    .option('--classes <names>', 'class names, with commas between', names)
    .option('--data <folder>', 'a folder with one subfolder of images for each class')
    .option('--time-zone <zone>', 'for schedules and days', 'UTC')
    .action(async (name: string, options: CreateOptions) => {
      if ((options.classes === undefined) === (options.data === undefined)) throw new UsageError('Give either --classes a,b,c or --data FOLDER.');
      const client = context.client();
      const classes = options.classes ?? (await classFolders(options.data as string));
      const project = await houseApi(client).createProject({ slug: slugOf(name), name, classes, timeZone: options.timeZone });
      const started = options.data === undefined ? null : await coldStart(context, options, projectApi(client, project.slug), project.slug, options.data);
      context.print(options, { project, coldStart: started }, () => `Project ${project.slug} with ${classes.length} classes: ${classes.join(', ')}.${started === null ? '' : `\n${started.sentence}`}`);
    });
}

interface CreateOptions { readonly json?: boolean; readonly classes?: string[]; readonly data?: string; readonly timeZone: string }
