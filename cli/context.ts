import { houseApi, projectApi, type ProjectApi } from './api.ts';
import { type Client, createClient } from './client.ts';
import { type CredentialSource, readCredential } from './credential.ts';
import { UsageError } from './failures.ts';
import { createProgress, type Progress, type ProgressStream } from './progress.ts';

/** What the world looks like to a command; tests hand in their own. */
export interface CliWorld extends CredentialSource {
  readonly out: (text: string) => void;
  readonly err: ProgressStream;
  /** Puts a question to whoever sits at the terminal; absent where nobody does. */
  readonly ask?: (question: string) => Promise<string>;
}

export interface CliContext extends CliWorld {
  client(): Client;
  /** The project named by --project or PERENNIAL_PROJECT, else the only one that the credential opens. */
  project(slug: string | undefined): Promise<{ slug: string; api: ProjectApi }>;
  /** Prints one answer: as JSON where asked for, else in words. */
  print(options: { readonly json?: boolean }, value: unknown, words: () => string): void;
  progress(options: { readonly json?: boolean }, title: string, total: number): Progress;
  /** A line about what goes on, kept away from the answer. */
  say(options: { readonly json?: boolean }, line: string): void;
}

/** @param world where to read from and write to */
export function createContext(world: CliWorld): CliContext {
  let made: Client | null = null;
  const client = (): Client => (made ??= createClient(readCredential(world)));
  return {
    ...world,
    client,
    project: async (given) => {
      const slug = given ?? world.environment['PERENNIAL_PROJECT'] ?? (await onlyProject(client()));
      return { slug, api: projectApi(client(), slug) };
    },
    print: (options, value, words) => world.out(options.json === true ? JSON.stringify(value, null, 2) : words()),
    progress: (options, title, total) => createProgress(options.json === true ? { write: () => undefined } : world.err, title, total),
    say: (options, line) => {
      if (options.json !== true) world.err.write(`${line}\n`);
    },
  };
}

async function onlyProject(client: Client): Promise<string> {
  const { projects } = await houseApi(client).me();
  const [first, second] = projects;
  if (first === undefined) throw new UsageError('There is no project yet: perennial project create NAME --classes a,b makes one.');
  if (second !== undefined) throw new UsageError(`Which project? Add --project with one of: ${projects.map((each) => each.slug).join(', ')}.`);
  return first.slug;
}
