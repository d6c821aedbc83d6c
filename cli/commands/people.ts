import { type Command, Option } from 'commander';
import { apiKeyBodySchema, invitationBodySchema } from '../../contracts/projects.ts';
import type { CliContext } from '../context.ts';
import { addNoun, addProjectVerb } from '../verb.ts';

type Options = { readonly json?: boolean; readonly project?: string; readonly role: string };

/** `perennial invite` and `perennial key create` */
export function addPeopleVerbs(program: Command, context: CliContext): void {
  addProjectVerb(program, 'invite', 'an address that lets one person in, once', ['invite --role annotator --email kim@example.org'])
    .addOption(new Option('--role <role>', 'what they may do').choices(invitationBodySchema.shape.role.options).makeOptionMandatory())
    .option('--email <address>', 'only for this address')
    .action(async (options: Options & { email?: string }) => {
      const { api } = await context.project(options.project);
      const invitation = await api.invite({ role: options.role, email: options.email });
      context.print(options, invitation, () => `${invitation.url}\nGood until ${invitation.expiresAt.slice(0, 16)}, for one person.`);
    });
  addProjectVerb(addNoun(program, 'key', 'API keys for cameras and programs'), 'create <name>', 'make an API key; its secret is shown once', ['key create gate-3 --role camera --camera gate-3'])
    .addOption(new Option('--role <role>', 'what it may do').choices(apiKeyBodySchema.shape.role.options).default('camera'))
    .option('--camera <name>', 'the one camera it posts for')
    .action(async (name: string, options: Options & { camera?: string }) => {
      const { api } = await context.project(options.project);
      const key = await api.createKey({ name, role: options.role, camera: options.camera });
      context.print(options, key, () => `${key.secret}\nThis is the only time that it is shown. Role: ${key.role}.`);
    });
}
