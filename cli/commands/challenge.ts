import { type Command, Option } from 'commander';
import type { ChallengeDetail } from '../../contracts/challenges.ts';
import type { ProjectApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { addChallengePolicyVerb } from './challenge-policy.ts';
import { UsageError } from '../failures.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb, wholeNumber } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string; readonly reason: string; readonly challenge?: string };
const acts = {
  approve: { act: 'approve', summary: 'say yes to what comes after the step it stands in', example: 'looked at 60 disagreements' },
  hold: { act: 'hold', summary: 'stop it where it stands; serving goes on as it is', example: 'odd at night' },
  abort: { act: 'abort', summary: 'take it off the road; the champion stays, or comes back', example: 'trained on wrong labels' },
} as const;

/** `perennial challenge list|show|start|approve|hold|abort|clear|policy`, `perennial drill` and `perennial alert` */
export function addChallengeVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'challenge', 'a challenger on its road: shadow, canary, bake');
  const which = new Option('--challenge <id>', 'another one than the newest');
  addProjectVerb(noun, 'list', 'challengers and where they stand, newest first', ['challenge list']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.challenges();
    context.print(options, items, () => renderTable(['challenger', 'champion', 'stage', 'shadow %', 'canary %', 'since', 'by', 'reason', 'id'], items.map((each) => [each.challenger, each.champion, each.stage ?? 'waits', each.shadowPercent, each.canaryPercent, each.since.slice(0, 16), each.decidedBy, each.reason, each.id])));
  });
  addProjectVerb(noun, 'show', 'where the newest challenger stands, on what evidence, and what comes next', ['challenge show', 'challenge show --json']).addOption(which).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const detail = await api.challenge(await idOf(api, options));
    context.print(options, detail, () => challengeWords(detail));
  });
  addProjectVerb(noun, 'start <version>', 'let a model version set out in shadow', ['challenge start 4 --reason "the gate cannot tell; let it be compared"'])
    .requiredOption('--reason <text>', 'why')
    .action(async (version: string, options: Options) => {
      const { api } = await context.project(options.project);
      const done = await api.startChallenge(wholeNumber(1, 1_000_000)(version), { reason: options.reason });
      context.print(options, done, () => `Version ${done.challenger} sets out against version ${done.champion}.`);
    });
  for (const [name, { act, summary, example }] of Object.entries(acts)) {
    addProjectVerb(noun, name, summary, [`challenge ${name} --reason "${example}"`]).requiredOption('--reason <text>', 'why').addOption(which).action(async (options: Options) => {
      const { api } = await context.project(options.project);
      const done = await api.actOnChallenge(await idOf(api, options), { act, reason: options.reason });
      context.print(options, done, () => `${done.outcome}: ${done.why}.`);
    });
  }
  addProjectVerb(noun, 'clear', 'let a challenger that was rolled back try again', ['challenge clear --reason "the camera was at fault"']).requiredOption('--reason <text>', 'why').addOption(which).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const done = await api.clearChallenge(await idOf(api, options), { reason: options.reason });
    context.print(options, done, () => `${done.why}.`);
  });
  addChallengePolicyVerb(noun, context);
  addDrillVerb(program, context);
  addAlertVerbs(program, context);
}

function addDrillVerb(program: Command, context: CliContext): void {
  addProjectVerb(program, 'drill', 'rehearse a rollback on a route that nobody sees, and say how long it took', ['drill', 'drill --last'])
    .option('--last', 'show the last one and run none')
    .action(async (options: Options & { last?: boolean }) => {
      const { api } = await context.project(options.project);
      if (options.last === true) {
        const { items } = await api.drills({ limit: 1 });
        context.print(options, items[0] ?? null, () => (items[0] === undefined ? 'There was no drill yet.' : `${items[0].at.slice(0, 16)}, by ${items[0].startedBy}: ${items[0].outcome}, ${items[0].sentence}.`));
        return;
      }
      const done = await api.drill();
      context.print(options, done, () => `${done.outcome}: ${done.why}.`);
    });
}

function addAlertVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'alert', 'what a person should know of now');
  addProjectVerb(noun, 'list', 'open alerts', ['alert list']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.alerts();
    context.print(options, items, () => (items.length === 0 ? 'Nothing.' : renderTable(['at', 'kind', 'what'], items.map((each) => [each.at.slice(0, 16), each.kind, each.sentence]))));
  });
  addProjectVerb(noun, 'resolve <kind>', 'say that it was seen to', ['alert resolve alias_moved']).action(async (kind: string, options: Options) => {
    const { api } = await context.project(options.project);
    const done = await api.resolveAlert(kind);
    context.print(options, done, () => `${done.why}.`);
  });
}

async function idOf(api: ProjectApi, { challenge }: Options): Promise<string> {
  if (challenge !== undefined) return challenge;
  const [newest] = (await api.challenges({ limit: 1 })).items;
  if (newest === undefined) throw new UsageError('No challenger has set out yet.');
  return newest.id;
}

/** A challenge in words: where it stands, the evidence, what comes next, how it came there. */
export function challengeWords(detail: ChallengeDetail): string {
  const { evidence, next, approvals, approvalsWanted } = detail;
  return [
    `Version ${detail.challenger} against version ${detail.champion}: ${detail.stage ?? 'waits to set out'}${detail.stage === 'canary' ? ` at ${detail.canaryPercent} %` : ''}.`,
    ...(evidence === null ? [] : [
      `In this step ${evidence.images} images answered, ${evidence.challengerImages} by the challenger; ${evidence.compared} compared, ${evidence.disagreed} with another answer.`,
      `Reviewed disagreements: ${evidence.disagreements.challengerFailed} of ${evidence.disagreements.observed} wrong, e-value ${evidence.disagreements.eValue.toPrecision(3)}. Failing camera-days: ${evidence.failures.challengerFailed} of ${evidence.failures.observed} its own, e-value ${evidence.failures.eValue.toPrecision(3)}. Warned at 20, rolled back at 100.`,
    ]),
    ...(next === null ? [] : [`Next: ${next.act}; ${next.why}.`]),
    ...(approvalsWanted > 0 || approvals.length > 0 ? [`Yes from ${approvals.length === 0 ? 'nobody' : approvals.map((each) => each.by).join(', ')}; ${approvalsWanted} wanted.`] : []),
    renderTable(['step', 'stage', 'shadow %', 'canary %', 'at', 'by', 'reason'], detail.steps.map((step) => [step.sequence, step.stage, step.shadowPercent, step.canaryPercent, step.createdAt.slice(0, 16), step.decidedBy, step.reason])),
  ].join('\n');
}
