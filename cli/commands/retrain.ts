import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type { RetrainState } from '../../contracts/models.ts';
import type { CliContext } from '../context.ts';
import { CommandFailed, UsageError } from '../failures.ts';
import { addNoun, addProjectVerb, names, wholeNumber } from '../verb.ts';
import { waitForRetrain } from '../waits.ts';
import { gateWords } from './promotion.ts';

type Options = { readonly json?: boolean; readonly project?: string; readonly reason: string; readonly wait: boolean };
type FullOptions = Options & { readonly backbones?: string[]; readonly freeze?: number[]; readonly minutes?: number; readonly imagePasses?: number; readonly side?: number; readonly seed?: number; readonly recipe?: string };

/** A full retrain on a large project takes days; the command waits as long as it lasts. */
const LONGEST_FULL_MS = 10 * 86_400_000;

/** `perennial retrain light|full|show|cancel` */
export function addRetrainVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'retrain', 'train a new version and hold it against the champion');
  const follow = async (options: Options, api: Parameters<typeof waitForRetrain>[0], started: RetrainState, longestMs?: number): Promise<void> => {
    const state = options.wait ? await waitForRetrain(api, started, spoken((step) => context.say(options, `  ${step}`)), { longestMs }) : started;
    if (state.state === 'failed') throw new CommandFailed(`The retrain failed: ${state.why ?? 'no reason was given'}.`);
    context.print(options, state, () => retrainWords(state));
  };
  addProjectVerb(noun, 'light', 'freeze the labels, fit a head, register it, ask the gate', ['retrain light --reason "40 new labels"', 'retrain light --no-wait --json'])
    .option('--reason <text>', 'why', 'by hand')
    .option('--no-wait', 'start it and return')
    .action(async (options: Options) => {
      const { api } = await context.project(options.project);
      await follow(options, api, await api.retrain({ kind: 'light', reason: options.reason }));
    });
  addProjectVerb(noun, 'full', 'freeze the labels, fine-tune the whole network on a training worker, register it, ask the gate', [
    'retrain full --reason "the season changed"', 'retrain full --image-passes 20000 --side 192', 'retrain full --backbones champion,efficientnet-lite1,efficientnet-lite2 --freeze 0,0.5 --minutes 20',
  ])
    .option('--reason <text>', 'why', 'by hand')
    .option('--image-passes <count>', 'training images seen, each pass counted; 0 fits the head alone', wholeNumber(0, 100_000_000))
    .option('--side <pixels>', 'side of the training pictures; 0 is the model’s own, smaller is faster', wholeNumber(0, 1024))
    .option('--seed <number>', 'of all chance', wholeNumber(0, 2 ** 31))
    .option('--backbones <names>', 'champion, efficientnet-lite0, -lite1 or -lite2; several are a tournament', names)
    .option('--freeze <shares>', 'shares of the network below which nothing learns; several are a tournament', sharesOf)
    .option('--minutes <count>', 'that a tournament may take', wholeNumber(0, 100_000))
    .option('--recipe <file>', 'JSON with further settings of the trainer')
    .option('--no-wait', 'start it and return')
    .action(async (options: FullOptions) => {
      const { api } = await context.project(options.project);
      await follow(options, api, await api.retrain({ kind: 'full', reason: options.reason, options: await bodyOf(options) }), LONGEST_FULL_MS);
    });
  addProjectVerb(noun, 'show <id>', 'where a retrain stands', ['retrain show 0198c0de-…']).action(async (id: string, options: Options) => {
    const { api } = await context.project(options.project);
    const state = await api.retrainState(id);
    context.print(options, state, () => retrainWords(state));
  });
  addProjectVerb(noun, 'cancel <id>', 'end a retrain; a full one ends within seconds', ['retrain cancel 0198c0de-…']).action(async (id: string, options: Options) => {
    const { api } = await context.project(options.project);
    const done = await api.cancelRetrain(id);
    context.print(options, done, () => `${done.why}.`);
  });
}

const sayEveryMs = 10_000;

/** A trainer tells how far it is every second; people hear of each new stage and epoch, and between them now and then. */
function spoken(say: (step: string) => void): (step: string) => void {
  let [saidAt, before] = [0, ''];
  return (step) => {
    const what = step.split(', ').filter((part) => !/image|loss|left/.test(part)).join();
    if (what === before && performance.now() - saidAt < sayEveryMs) return;
    [saidAt, before] = [performance.now(), what];
    say(step);
  };
}

function sharesOf(text: string): number[] {
  const shares = text.split(',').map(Number);
  if (shares.length === 0 || shares.some((each) => !(each >= 0 && each <= 1))) throw new UsageError('--freeze takes numbers from 0 to 1 with commas between.');
  return shares;
}

async function bodyOf({ backbones, freeze, minutes, imagePasses, side, seed, recipe: file }: FullOptions): Promise<object> {
  const recipe: Record<string, unknown> = file === undefined ? {} : await recipeIn(file);
  for (const [name, value] of Object.entries({ imagePassesMax: imagePasses, side, seed })) if (value !== undefined) recipe[name] = value;
  return { recipe, ...(backbones && { backbones }), ...(freeze && { freezeShares: freeze }), ...(minutes !== undefined && { minutes }) };
}

async function recipeIn(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** How a retrain ended, in words. */
export function retrainWords(state: RetrainState): string {
  if (state.state === 'running') return `Retrain ${state.id} runs (${state.step}).`;
  if (state.challenger === null) return `No new version: ${state.why ?? state.state}.`;
  const head = `Model version ${state.challenger} ${state.promoted ? 'is the champion now' : 'waits'}${state.why === null ? '' : `: ${state.why}`}.`;
  return state.gate === null ? head : `${head}\n${gateWords(state.gate)}`;
}
