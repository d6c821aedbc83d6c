import type { Command } from 'commander';
import type { GateReportReply, PromotionReply } from '../../contracts/models.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb, wholeNumber } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string; readonly reason: string };
const percent = (share: number | null): string | null => (share === null ? null : (share * 100).toFixed(1));
const promotionWords = (each: PromotionReply): string => `Version ${each.to} is the champion${each.from === null ? '' : `, in place of version ${each.from}`} (${each.kind}, ${each.decidedBy}: ${each.reason}).`;

/** `perennial promote`, `perennial rollback`, `perennial promotion list` and `perennial gate show` */
export function addPromotionVerbs(program: Command, context: CliContext): void {
  addProjectVerb(program, 'promote <version>', 'make a version the champion; a person decides, and says why', ['promote 4 --reason "better on night images, looked at 40 by hand"'])
    .requiredOption('--reason <text>', 'why')
    .action(async (version: string, options: Options) => {
      const { api } = await context.project(options.project);
      const done = await api.promote(wholeNumber(1, 1_000_000)(version), { reason: options.reason });
      context.print(options, done, () => promotionWords(done));
    });
  addProjectVerb(program, 'rollback', 'go back to the champion before this one', ['rollback --reason "calls every fawn a hare"'])
    .requiredOption('--reason <text>', 'why')
    .action(async (options: Options) => {
      const { api } = await context.project(options.project);
      const done = await api.rollback({ reason: options.reason });
      context.print(options, done, () => promotionWords(done));
    });
  addProjectVerb(addNoun(program, 'promotion', 'recorded changes of the champion'), 'list', 'who was champion when, and why', ['promotion list']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.promotions();
    context.print(options, items, () => renderTable(['at', 'kind', 'from', 'to', 'on cannot tell', 'by', 'reason'], items.map((each) => [each.createdAt.slice(0, 16), each.kind, each.from, each.to, each.onCannotTell, each.decidedBy, each.reason])));
  });
  addProjectVerb(addNoun(program, 'gate', 'the check that a challenger meets before promotion'), 'show', 'what the gate said last', ['gate show', 'gate show --all --json'])
    .option('--all', 'every report, not the newest alone')
    .action(async (options: Options & { all?: boolean }) => {
      const { api } = await context.project(options.project);
      const { items } = await api.gateReports({ limit: options.all === true ? 500 : 1 });
      context.print(options, items, () => (items.length === 0 ? 'The gate has not been asked yet.' : items.map(gateWords).join('\n\n')));
    });
}

/** A gate report: its verdict, then each check. Differences and margins in points. */
export function gateWords(report: GateReportReply): string {
  return [
    `Gate, version ${report.challenger} against ${report.champion}: ${report.verdict.replace('_', ' ')}. ${report.sentence}`,
    renderTable(['check', 'answer', 'images', 'difference', 'from', 'to', 'margin', 'labels wanted'], report.checks.map((check) => [check.name, check.answer.replace('_', ' '), check.images, percent(check.difference), percent(check.lower), percent(check.upper), percent(check.margin), check.moreLabels])),
  ].join('\n');
}
