import type { Command } from 'commander';
import type { RetrainState } from '../../contracts/models.ts';
import { houseApi, projectApi, type ProjectApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { CommandFailed, Refusal, UsageError } from '../failures.ts';
import { classFolders, findImageFiles, importKey, readBytes, sha256Of } from '../image-files.ts';
import { inFlight } from '../in-flight.ts';
import { slugOf } from '../slug.ts';
import { addVerb } from '../verb.ts';
import { importInParts, waitForRetrain } from '../waits.ts';

const IN_FLIGHT = 2;

type Options = { readonly json?: boolean; readonly camera?: string };
export interface ColdStarted { readonly images: number; readonly refused: Readonly<Record<string, number>>; readonly labels: number; readonly retrain: RetrainState; readonly sentence: string }

/** `perennial cold-start FOLDER` */
export function addColdStartVerb(program: Command, context: CliContext): void {
  addVerb(program, 'cold-start <folder>', 'a labelled folder becomes dataset version 1 and the first champion', ['cold-start ./photos --project fox-cameras   # ./photos/<class>/*.jpg'])
    .option('-p, --project <name>', 'the project; made from the class folders where there is none of that name')
    .option('--camera <name>', 'the camera that took them')
    .action(async (folder: string, options: Options & { project?: string }) => {
      const slug = options.project ?? context.environment['PERENNIAL_PROJECT'];
      if (slug === undefined) throw new UsageError('Which project? Add --project NAME; it is made where there is none of that name.');
      const client = context.client();
      const api = projectApi(client, slug);
      const classes = await classFolders(folder);
      await api.show().catch(async (error: unknown) => {
        if (!(error instanceof Refusal && (error.code === 'PROJECT_NOT_FOUND' || error.code === 'REQUEST_NOT_FOUND'))) throw error;
        return houseApi(client).createProject({ slug: slugOf(slug), name: slug, classes });
      });
      const done = await coldStart(context, options, api, slug, folder);
      context.print(options, done, () => done.sentence);
    });
}

/** Stores every image of a labelled folder, gives the labels and trains the first version. */
export async function coldStart(context: CliContext, options: Options, api: ProjectApi, slug: string, folder: string): Promise<ColdStarted> {
  const { labels, refused } = await storeLabelled(context, options, api, slug, folder);
  if (labels.length === 0) throw new CommandFailed(`None of the images under ${folder} was taken.`);
  const { created } = await importInParts(api, labels);
  context.say(options, `${labels.length} images and ${created} labels are in; training …`);
  const retrain = await waitForRetrain(api, await api.retrain({ kind: 'cold_start', reason: 'cold start' }), (step) => context.say(options, `  ${step}`));
  if (retrain.state === 'failed') throw new CommandFailed(`Training failed: ${retrain.why ?? 'no reason was given'}.`);
  const left = Object.values(refused).reduce((a, b) => a + b, 0);
  const sentence = `${labels.length} images${left > 0 ? `, ${left} refused` : ''}. ${retrain.challenger === null ? `No new version: ${retrain.why ?? retrain.state}.` : `Model version ${retrain.challenger} ${retrain.promoted ? 'is the champion.' : 'was trained.'}`}`;
  return { images: labels.length, refused, labels: created, retrain, sentence };
}

async function storeLabelled(context: CliContext, options: Options, api: ProjectApi, slug: string, folder: string) {
  const files = await findImageFiles(folder);
  if (files.length === 0) throw new UsageError(`There are no JPEG, PNG or WebP files under ${folder}.`);
  const progress = context.progress(options, 'Storing', files.length);
  const labels: { sha256: string; className: string }[] = [];
  const refused: Record<string, number> = {};
  await inFlight(files, IN_FLIGHT, async (file) => {
    const bytes = await readBytes(file.path);
    const sha256 = sha256Of(bytes);
    try {
      await api.storeImage({ bytes, fileName: file.shortName, camera: options.camera, key: importKey('image', slug, sha256) });
      labels.push({ sha256, className: file.folder });
    } catch (error) {
      if (!(error instanceof Refusal && error.code.startsWith('IMAGE_'))) throw error;
      refused[error.code] = (refused[error.code] ?? 0) + 1;
    }
    progress.step();
  });
  progress.end();
  return { labels, refused };
}
