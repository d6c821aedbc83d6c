import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { migrate } from './migrate.ts';
import { withClient } from './services/postgres.ts';

const real = join(import.meta.dirname, '..', 'prisma', 'migrations');
let database: FreshDatabase;
beforeAll(async () => {
  database = await createFreshDatabase();
});
afterAll(() => database.drop());

const query = (url: string, sql: string) => withClient(url, (client) => client.query(sql));

it('a fresh copy has every migration noted in Prisma’s own table, and nothing to do', async () => {
  const { rows } = await query(database.ownerUrl, 'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1');
  const names = readdirSync(real, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  expect(rows.map((row) => row.migration_name as string)).toEqual(names);
  const before = Date.now();
  expect(await migrate(database.ownerUrl, real)).toEqual([]);
  // Prisma's lock is given back at once; it would take ten seconds to run out.
  expect(await migrate(database.ownerUrl, real)).toEqual([]);
  expect(Date.now() - before).toBeLessThan(5_000);
});

it('a script runs whole or not at all, whatever semicolons it has, and is tried again once it is mended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  cpSync(real, folder, { recursive: true });
  const write = (body: string): void => {
    mkdirSync(join(folder, '20990101000000_add_trial'), { recursive: true });
    writeFileSync(join(folder, '20990101000000_add_trial', 'migration.sql'), `-- first; then\nCREATE TABLE "Trial" (id int);\nDO $$ BEGIN PERFORM 1; ${body} END $$;\n`);
  };
  write('PERFORM nowhere();');
  await expect(migrate(database.ownerUrl, folder)).rejects.toMatchObject({ code: 'SETUP_FAILED', message: expect.stringContaining('function nowhere() does not exist') });
  await expect(query(database.ownerUrl, 'TABLE "Trial"')).rejects.toThrow('does not exist');
  write('PERFORM 2;');
  expect(await migrate(database.ownerUrl, folder)).toEqual(['20990101000000_add_trial']);
  expect((await query(database.ownerUrl, 'TABLE "Trial"')).rowCount).toBe(0);
  write('PERFORM 3;');
  await expect(migrate(database.ownerUrl, folder)).rejects.toThrow('edited after it was applied: 20990101000000_add_trial');
});

it('the product’s role may add and read, but not change what is append-only, nor the tables', async () => {
  await expect(query(database.databaseUrl, 'UPDATE "Prediction" SET "confidence" = 1')).rejects.toThrow('permission denied');
  await expect(query(database.databaseUrl, 'DROP TABLE "Prediction"')).rejects.toThrow('must be owner');
  await expect(query(database.databaseUrl, 'CREATE TABLE "Mine" (id int)')).rejects.toThrow('permission denied');
  expect((await query(database.databaseUrl, 'TABLE "Prediction"')).rowCount).toBe(0);
  expect((await query(inject('services')['DATABASE_URL'] ?? '', 'SHOW data_checksums')).rows[0]).toEqual({ data_checksums: 'on' });
});
