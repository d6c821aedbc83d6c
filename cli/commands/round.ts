import type { Command } from 'commander';
import type { RoundReply } from '../../contracts/reviews.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb, wholeNumber } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string };
const HEADINGS = ['round', 'state', 'settled', 'items', 'opened', 'deadline', 'because', 'closed because'];
const cells = (round: RoundReply) => [round.number, round.state, round.settled, round.itemCount, round.openedAt.slice(0, 16), round.deadlineAt.slice(0, 16), round.reason, round.closedBecause];

/** `perennial round list|open|close` */
export function addRoundVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'round', 'a batch of flagged images that people are asked about');
  addProjectVerb(noun, 'list', 'review rounds', ['round list']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.rounds();
    context.print(options, items, () => renderTable(HEADINGS, items.map(cells)));
  });
  addProjectVerb(noun, 'open', 'collect what is flagged into a round now', ['round open --reason "before the weekend" --items 100'])
    .option('--reason <text>', 'why', 'by hand')
    .option('--items <count>', 'at most that many', wholeNumber(1, 20_000))
    .action(async (options: Options & { reason: string; items?: number }) => {
      const { api } = await context.project(options.project);
      const reply = await api.openRound({ reason: options.reason, itemsMax: options.items });
      context.print(options, reply, () => (reply.round === null ? `No round: ${reply.why}.` : `Round ${reply.round.number} with ${reply.round.itemCount} items (${reply.why}).`));
    });
  addProjectVerb(noun, 'close <number>', 'close a round before its deadline', ['round close 3']).action(async (text: string, options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.rounds({ limit: 500 });
    const round = items.find((each) => String(each.number) === text || each.id === text);
    if (round === undefined) throw new UsageError(`There is no round ${text}: perennial round list shows them.`);
    const closed = await api.closeRound(round.id);
    context.print(options, closed, () => renderTable(HEADINGS, [cells(closed)]));
  });
}
