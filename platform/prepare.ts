import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDatabase, ensureLogin, loginOf } from './database-roles.ts';
import { migrate } from './migrate.ts';
import { startObjectStore } from './services/object-store.ts';
import { withClient } from './services/postgres.ts';
import { oneLine, setupFailed } from './setup-error.ts';
import { createContext, type Environment } from './context.ts';

/**
 * For servers that others run (containers, a cluster): makes the roles that the addresses name, brings the database up to
 * date and makes the bucket. May be run at every start.
 *
 *     MIGRATION_DATABASE_URL=… DATABASE_URL=… [MLFLOW_DATABASE_URL=…] S3_ENDPOINT=… node platform/prepare.ts
 */
export async function prepare(environment: Environment, migrationsDir: string): Promise<string[]> {
  const { MIGRATION_DATABASE_URL: ownerUrl, DATABASE_URL: appUrl, MLFLOW_DATABASE_URL: mlflowUrl } = environment;
  if (!ownerUrl || !appUrl || !environment['S3_ENDPOINT']) throw setupFailed('MIGRATION_DATABASE_URL, DATABASE_URL and S3_ENDPOINT must be set for this.');
  await withClient(ownerUrl, async (client) => {
    await ensureLogin(client, loginOf(appUrl));
    if (!mlflowUrl) return;
    const mlflow = loginOf(mlflowUrl);
    await ensureLogin(client, mlflow);
    await ensureDatabase(client, mlflow.database, mlflow.role);
  });
  const applied = await migrate(ownerUrl, migrationsDir);
  await startObjectStore(createContext({ root: join(migrationsDir, '..', '..'), environment, stateDir: join(tmpdir(), 'perennial-prepare') }), () => {});
  return applied;
}

if (import.meta.main) {
  const migrations = join(dirname(fileURLToPath(import.meta.url)), '..', 'prisma', 'migrations');
  try {
    const applied = await prepare(process.env, migrations);
    console.log(`roles, ${applied.length} new migration${applied.length === 1 ? '' : 's'} and the bucket are in place`);
  } catch (error) {
    console.error(oneLine(error));
    process.exitCode = 1;
  }
  // Prisma's engine leaves a timer of ten seconds behind; nothing waits for it.
  process.exit();
}
