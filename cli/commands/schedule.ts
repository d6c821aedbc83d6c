import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string };

/** `perennial schedule list|pause|resume|set|run` */
export function addScheduleVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'schedule', 'when rounds are collected and models retrained');
  addProjectVerb(noun, 'list', 'schedules of a project', ['schedule list']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.schedules();
    context.print(options, items, () => renderTable(['schedule', 'cron', 'zone', 'paused', 'next', 'last', 'note', 'now'], items.map((each) => [each.name, each.cron, each.timeZone, each.paused, each.nextAt?.slice(0, 16), each.lastAt?.slice(0, 16), each.note, each.running?.step])));
  });
  const edit = async (name: string, options: Options, body: { cron?: string; paused?: boolean; timeZone?: string }): Promise<void> => {
    const { api } = await context.project(options.project);
    const done = await api.editSchedule(name, body);
    context.print(options, done, () => `${done.why}.`);
  };
  addProjectVerb(noun, 'pause <name>', 'stop it from starting anything', ['schedule pause retrain-light-weekly']).action((name: string, options: Options) => edit(name, options, { paused: true }));
  addProjectVerb(noun, 'resume <name>', 'let it start things again', ['schedule resume retrain-light-weekly']).action((name: string, options: Options) => edit(name, options, { paused: false }));
  addProjectVerb(noun, 'set <name>', 'change when it starts', ['schedule set retrain-light-weekly --cron "0 3 * * 1" --time-zone Europe/Oslo'])
    .option('--cron <expression>', 'five fields: minute, hour, day, month, weekday')
    .option('--time-zone <zone>', 'an IANA time zone')
    .action(async (name: string, options: Options & { cron?: string; timeZone?: string }) => {
      if (options.cron === undefined && options.timeZone === undefined) throw new UsageError('Give --cron, --time-zone or both.');
      await edit(name, options, { cron: options.cron, timeZone: options.timeZone });
    });
  addProjectVerb(noun, 'run <name>', 'start what it starts, now', ['schedule run collect-predictions-daily']).action(async (name: string, options: Options) => {
    const { api } = await context.project(options.project);
    const done = await api.runSchedule(name);
    context.print(options, done, () => `${done.why}.`);
  });
}
