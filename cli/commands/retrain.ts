import type { Command } from 'commander';
import type { RetrainState } from '../../contracts/models.ts';
import type { CliContext } from '../context.ts';
import { CommandFailed } from '../failures.ts';
import { addNoun, addProjectVerb } from '../verb.ts';
import { waitForRetrain } from '../waits.ts';
import { gateWords } from './promotion.ts';

type Options = { readonly json?: boolean; readonly project?: string; readonly reason: string; readonly wait: boolean };

/** `perennial retrain light` */
export function addRetrainVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'retrain', 'train a new version and hold it against the champion');
  addProjectVerb(noun, 'light', 'freeze the labels, fit a head, register it, ask the gate', ['retrain light --reason "40 new labels"', 'retrain light --no-wait --json'])
    .option('--reason <text>', 'why', 'by hand')
    .option('--no-wait', 'start it and return')
    .action(async (options: Options) => {
      const { api } = await context.project(options.project);
      const started = await api.retrain({ kind: 'light', reason: options.reason });
      const state = options.wait ? await waitForRetrain(api, started, (step) => context.say(options, `  ${step}`)) : started;
      if (state.state === 'failed') throw new CommandFailed(`The retrain failed: ${state.why ?? 'no reason was given'}.`);
      context.print(options, state, () => retrainWords(state));
    });
}

/** How a retrain ended, in words. */
export function retrainWords(state: RetrainState): string {
  if (state.state === 'running') return `Retrain ${state.id} runs (${state.step}).`;
  if (state.challenger === null) return `No new version: ${state.why ?? state.state}.`;
  const head = `Model version ${state.challenger} ${state.promoted ? 'is the champion now' : 'waits'}${state.why === null ? '' : `: ${state.why}`}.`;
  return state.gate === null ? head : `${head}\n${gateWords(state.gate)}`;
}
