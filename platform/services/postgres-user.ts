import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { userInfo } from 'node:os';
import type { PlatformContext } from '../context.ts';
import { setupFailed } from '../setup-error.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

export type ServerUser = {
  uid?: number;
  gid?: number;
  dataDir: string;
  programs: PostgresPrograms;
  /** Gives a file or folder to that user. */
  own(path: string): void;
};

/**
 * Whom the server runs as, and where. Postgres refuses to run as root, so root (containers, mostly) lends it another user;
 * where that user cannot look into the checkout, the data and the programs go to a folder in /var/lib.
 */
export async function serverUser(context: PlatformContext, dataDir: string, programs: PostgresPrograms): Promise<ServerUser> {
  if (process.platform === 'win32' || userInfo().uid !== 0) return { dataDir, programs, own: () => {} };
  const { uid, gid } = postgresUser();
  const own = (path: string): void => chownSync(path, uid, gid);
  mkdirSync(dirname(dataDir), { recursive: true });
  if (canEnter(dirname(dataDir), uid, gid) && canEnter(dirname(programs.postgres), uid, gid)) return { uid, gid, dataDir, programs, own };
  const outside = outsideFolder(context);
  mkdirSync(outside, { recursive: true });
  context.outsideFolders.push(outside);
  own(outside);
  return { uid, gid, dataDir: join(outside, 'postgres'), programs: copyPrograms(programs, outside), own };
}

/** Where root keeps what the lent user has to reach, one folder for each set of secrets, as the data is of no use with another. */
export const outsideFolder = (context: PlatformContext): string => join('/var/lib/perennial', createHash('sha256').update(context.stateDir).update(context.secrets.postgresOwner).digest('hex').slice(0, 12));

function copyPrograms(programs: PostgresPrograms, outside: string): PostgresPrograms {
  const bin = dirname(programs.postgres);
  const to = join(outside, 'programs');
  if (!existsSync(join(to, 'bin', basename(programs.postgres)))) cpSync(dirname(bin), to, { recursive: true, verbatimSymlinks: true });
  return { postgres: join(to, 'bin', basename(programs.postgres)), initdb: join(to, 'bin', basename(programs.initdb)) };
}

function canEnter(folder: string, uid: number, gid: number): boolean {
  try {
    execFileSync('test', ['-x', folder], { uid, gid, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function postgresUser(): { uid: number; gid: number } {
  const known = lookUp('postgres');
  if (known !== undefined) return known;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' });
  } catch {
    // answered below
  }
  const made = lookUp('postgres') ?? lookUp('nobody');
  if (made === undefined) throw setupFailed('PostgreSQL does not run as root and there is no user to lend it: start as another user, make a user named postgres, or set DATABASE_URL.');
  return made;
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
