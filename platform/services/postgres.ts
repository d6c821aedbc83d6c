import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { PlatformContext, RunningService, Say } from '../context.ts';
import { ensureDatabase, ensureLogin } from '../database-roles.ts';
import { runTool } from '../run-tool.ts';
import { setupFailed } from '../setup-error.ts';
import { findPostgres } from './postgres-programs.ts';
import { outsideFolder, serverUser, type ServerUser } from './postgres-user.ts';

const database = 'perennial';
const owner = 'perennial_owner';

/**
 * PostgreSQL: the one that DATABASE_URL names, else one of our own with data checksums, on loopback, whose product role
 * may not change the schema.
 */
export async function startPostgres(context: PlatformContext, say: Say): Promise<RunningService> {
  const given = context.environment['DATABASE_URL'];
  if (given !== undefined && given !== '') return givenPostgres(given, context.environment['MIGRATION_DATABASE_URL'] || given);
  const folder = join(context.dataDir, 'postgres');
  const found = await findPostgres(context, dataMajor(folder) ?? dataMajor(join(outsideFolder(context), 'postgres')));
  const user = await serverUser(context, folder, found.programs);
  if (dataMajor(user.dataDir) === undefined) await initialise(context, user, say);
  const port = await context.port('postgres', 'POSTGRES_PORT');
  removeStalePidFile(user.dataDir);
  const ownerUrl = (name: string): string => `postgresql://${owner}:${context.secrets.postgresOwner}@127.0.0.1:${port}/${name}`;
  const running = await context.supervisor.start({
    name: 'postgres',
    command: user.programs.postgres,
    args: ['-D', user.dataDir, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200', ...context.postgresFlags],
    env: context.environment,
    uid: user.uid,
    gid: user.gid,
    ready: () => answersOwner(ownerUrl('postgres')),
    // SIGINT is Postgres' fast shutdown: sessions end, data is written, nothing to recover.
    stopSignal: 'SIGINT',
    stopWithinMs: 30_000,
  });
  await prepareRoles(ownerUrl('postgres'), context);
  const appUrl = `postgresql://perennial_app:${context.secrets.postgresApp}@127.0.0.1:${port}/${database}`;
  return {
    name: 'postgres',
    source: found.source,
    detail: `PostgreSQL ${found.version} on 127.0.0.1:${port}`,
    env: { DATABASE_URL: appUrl, MIGRATION_DATABASE_URL: ownerUrl(database) },
    whenReady: Promise.resolve(),
    stop: () => running.stop(),
  };
}

async function givenPostgres(databaseUrl: string, migrationUrl: string): Promise<RunningService> {
  const { host } = new URL(databaseUrl);
  if (!(await answers(databaseUrl))) throw setupFailed(`The database that DATABASE_URL names (${host}) does not answer: start it, correct the address, or unset DATABASE_URL and one is brought up here.`);
  return { name: 'postgres', source: 'environment', detail: `PostgreSQL at ${host}`, env: { DATABASE_URL: databaseUrl, MIGRATION_DATABASE_URL: migrationUrl }, whenReady: Promise.resolve(), stop: async () => {} };
}

/** The major version that made a data folder: no other can read it. */
export function dataMajor(folder: string): number | undefined {
  const file = join(folder, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : undefined;
}

async function initialise(context: PlatformContext, user: ServerUser, say: Say): Promise<void> {
  say('making the database folder');
  // A folder left half made by a kill has no PG_VERSION yet, and initdb wants an empty one.
  rmSync(user.dataDir, { recursive: true, force: true });
  mkdirSync(user.dataDir, { recursive: true, mode: 0o700 });
  user.own(user.dataDir);
  const passwordFile = join(dirname(user.dataDir), `.initdb-${randomBytes(6).toString('hex')}`);
  writeFileSync(passwordFile, context.secrets.postgresOwner, { mode: 0o600 });
  user.own(passwordFile);
  try {
    await runTool(context, {
      command: user.programs.initdb,
      args: ['--pgdata', user.dataDir, '--username', owner, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--data-checksums', '--encoding', 'UTF8', '--no-locale', '--lc-messages', 'C'],
      uid: user.uid,
      gid: user.gid,
      log: 'postgres',
      doing: 'Making the database folder',
      wayOut: 'look at postgres.log in .perennial/logs, or give your own server by DATABASE_URL.',
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * After a kill -9 or a power cut the folder names a process that is gone. Postgres sees through that by itself, unless the
 * number was given to somebody else meanwhile, as happens in containers.
 */
function removeStalePidFile(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (process.platform === 'linux' && !commandOf(pid).includes('postgres')) rmSync(file, { force: true });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export async function answers(connectionString: string): Promise<boolean> {
  return withClient(connectionString, async (client) => (await client.query('SELECT 1 AS one')).rows.length === 1).catch(() => false);
}

/** A wrong password will not become right by waiting. */
async function answersOwner(connectionString: string): Promise<boolean> {
  return withClient(connectionString, async () => true).catch((error: unknown) => {
    if ((error as { code?: string }).code !== '28P01') return false;
    throw setupFailed('The data in .perennial/data/postgres was made with other passwords than those in .perennial/secrets.json: put that file back, or move the data folder away to begin anew.');
  });
}

export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function prepareRoles(ownerUrl: string, context: PlatformContext): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    await ensureLogin(client, { role: 'perennial_app', password: context.secrets.postgresApp });
    await ensureLogin(client, { role: 'perennial_erasure', password: context.secrets.postgresErasure });
    await ensureDatabase(client, database, owner);
  });
}
