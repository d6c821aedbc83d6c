import type { Command } from 'commander';
import { houseApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { addVerb } from '../verb.ts';

/** `perennial status` */
export function addStatusVerb(program: Command, context: CliContext): void {
  addVerb(program, 'status', 'where each project stands', ['status', 'status --json']).action(async (options: { json?: boolean }) => {
    const client = context.client();
    const [me, projects] = await Promise.all([houseApi(client).me(), houseApi(client).projects()]);
    context.print(options, { url: client.url, me, projects }, () => [
      `${client.url}, as ${me.name}`,
      '',
      renderTable(
        ['project', 'champion', 'images', 'predictions', 'labels', 'waiting', 'open', 'my role'],
        projects.map(({ slug, champion, counts, myRole }) => [slug, champion === null ? null : `version ${champion.number}`, counts.images, counts.predictions, counts.labels, counts.waitingItems, counts.openItems, myRole]),
      ),
    ].join('\n'));
  });
}
