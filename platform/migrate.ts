import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import { oneLine, setupFailed } from './setup-error.ts';

/**
 * Applies `prisma/migrations` with Prisma's own engine, in this process, so that no engine has to be downloaded. It writes
 * Prisma's own `_prisma_migrations`, and `prisma migrate deploy` finds everything as it would have left it.
 * @param databaseUrl a role that owns the schema
 * @param migrationsDir folder of `<name>/migration.sql`
 * @returns the names that were applied now, in order
 * @throws PerennialError SETUP_FAILED when one fails, or when one that was applied has been edited since
 */
export async function migrate(databaseUrl: string, migrationsDir: string): Promise<string[]> {
  const { SchemaEngine } = await loadEngine();
  let refusal: unknown;
  const scripts = wholeScripts(databaseUrl, (error) => (refusal = error));
  const factory = bindMigrationAwareSqlAdapterFactory(scripts.factory);
  let engine: SchemaEngine | undefined;
  try {
    engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, factory);
    const migrationsList = readMigrations(migrationsDir);
    await lookBack(engine, migrationsList);
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } });
    return appliedMigrationNames;
  } catch (error) {
    throw setupFailed(`The database could not be brought up to date (${oneLine(refusal ?? error)}): mend what it names, or put back the backup that was made before the update.`);
  } finally {
    engine?.free();
    // The connection holds Prisma's lock against two migrations at once: the next one waits until it is gone.
    await scripts.close();
  }
}

/**
 * Refuses a history that was rewritten. A migration that failed earlier left nothing behind, as each runs in one
 * transaction, so it is noted as rolled back and tried again.
 */
async function lookBack(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const question = { migrationsList, optInToShadowDatabase: false, filters: { externalTables: [], externalEnums: [] } };
  const { failedMigrationNames } = await engine.diagnoseMigrationHistory(question);
  for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
  const { editedMigrationNames } = await engine.diagnoseMigrationHistory(question);
  if (editedMigrationNames.length > 0) throw new Error(`edited after it was applied: ${editedMigrationNames.join(', ')}`);
}

/**
 * Prisma's adapter cuts a script at every semicolon, also within comments and function bodies. This one sends it whole,
 * which Postgres runs as one transaction.
 */
function wholeScripts(connectionString: string, onRefusal: (error: unknown) => void): { factory: SqlMigrationAwareDriverAdapterFactory; close(): Promise<void> } {
  const inner = new PrismaPg({ connectionString });
  const opened: { dispose(): Promise<void> }[] = [];
  async function connect() {
    const adapter = await inner.connect();
    opened.push(adapter);
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        onRefusal(error);
        throw error;
      }
    };
    return adapter;
  }
  return {
    factory: { provider: inner.provider, adapterName: inner.adapterName, connectToShadowDb: () => inner.connectToShadowDb(), connect },
    close: async () => void (await Promise.allSettled(opened.map((adapter) => adapter.dispose()))),
  };
}

function readMigrations(baseDir: string): MigrationList {
  const folders = readdirSync(baseDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: folders
      .map((entry) => entry.name)
      .sort()
      .map((path) => ({
        path,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') } },
      })),
  };
}

type EngineModule = typeof import('@prisma/schema-engine-wasm');
let loaded: Promise<EngineModule> | undefined;

/** The package expects a bundler to join its two halves; this joins them by hand, once. */
function loadEngine(): Promise<EngineModule> {
  loaded ??= joinEngine();
  return loaded;
}

async function joinEngine(): Promise<EngineModule> {
  const bindings = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineModule & { __wbg_set_wasm(exports: WebAssembly.Exports): void };
  const file = join(dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')), 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(file), { './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return bindings;
}
