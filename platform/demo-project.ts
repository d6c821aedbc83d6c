import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { slugOf } from '../cli/slug.ts';
import { setupFailed } from './setup-error.ts';
import { runFirstSteps } from './run-first-steps.ts';

/** The environment of the product's processes, by which the project step reaches the database and the store. */
export type ProjectEnvironment = Readonly<Record<string, string>>;

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const credentialSchema = z.object({ url: z.string(), secret: z.string() });

/** The command line's own key, in a file that its owner alone may read; made at the first start, its address kept right. */
export async function ensureCredential(env: ProjectEnvironment): Promise<void> {
  const file = join(root, '.perennial', 'credential.json');
  const url = env['PUBLIC_URL'] ?? '';
  const known = existsSync(file) ? credentialSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  const secret = known?.success === true && (await answers(url, known.data.secret)) ? known.data.secret : (await runFirstSteps('key', env, z.object({ secret: z.string() }))).secret;
  mkdirSync(join(root, '.perennial'), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ url, secret })}\n`, { mode: 0o600 });
}

async function answers(url: string, secret: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/me`, { headers: { 'x-api-key': secret } }).catch(() => null);
  return response?.status === 200;
}

/**
 * Makes sure that there is a project to look at: the demo, or one from a person's own images. Goes through the running
 * product as anybody would, by the command line. Given twice it finds the same project.
 * @param options `dataFolder`: `FOLDER/<class>/*.jpg`, instead of the demo
 * @returns a few words for the progress line
 * @throws PerennialError SETUP_FAILED
 */
export async function ensureDemoProject(env: ProjectEnvironment, options: { dataFolder?: string | undefined } = {}): Promise<string> {
  await ensureCredential(env);
  const slug = options.dataFolder === undefined ? 'demo' : slugOf(basename(options.dataFolder));
  if (await exists(env, slug)) return `project ${slug} is there`;
  const folder = options.dataFolder ?? (await demoImages());
  await perennial(['cold-start', folder, '--project', slug]);
  if (options.dataFolder === undefined) await perennial(['import', join(root, '.perennial', 'demo-start', 'arrivals'), '--project', slug]);
  return `project ${slug} is made`;
}

async function exists(env: ProjectEnvironment, slug: string): Promise<boolean> {
  const { url, secret } = credentialSchema.parse(JSON.parse(readFileSync(join(root, '.perennial', 'credential.json'), 'utf8')));
  const response = await fetch(`${env['PUBLIC_URL'] ?? url}/v1/projects/${slug}`, { headers: { 'x-api-key': secret } });
  return response.status === 200 && ((await response.json()) as { champion: unknown }).champion !== null;
}

/** A small first season to learn from and a little of the next to be unsure of, drawn by our own generator. */
async function demoImages(): Promise<string> {
  const folder = join(root, '.perennial', 'demo-start');
  await run(process.execPath, [join(root, 'demo', 'starter.ts'), '--out', folder], { cwd: root });
  return join(folder, 'start');
}

async function perennial(words: readonly string[]): Promise<void> {
  try {
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'main.ts'), ...words], { cwd: root, env: process.env, maxBuffer: 16e6 });
  } catch (error) {
    const lines = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n') : [];
    throw setupFailed(`The project could not be made (perennial ${words[0] ?? ''}): ${lines.at(-1) ?? 'no reason given'}`);
  }
}
