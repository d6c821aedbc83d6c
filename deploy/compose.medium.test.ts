import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import type pg from 'pg';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { type ComposeFile, interpolate, readCompose, requiredVariables } from '../testing/compose.ts';
import { createContext } from '../platform/context.ts';
import { installedTrainer } from '../platform/trainer.ts';
import { loginOf } from '../platform/database-roles.ts';
import { httpReady, waitUntil } from '../platform/wait-until.ts';
import { withClient } from '../platform/services/postgres.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const services = inject('services');
const ours = ['prepare', 'serving', 'worker', 'api', 'trainer'];
// PyTorch is no part of the set-up; .ci/run installs it before these tests, and there the test must run.
const trainerPython = installedTrainer(createContext({ root, stateDir: join(root, '.perennial'), environment: process.env, preferredPorts: false }));
const mayLackTrainer = process.env['CI'] === undefined && trainerPython === undefined;
let compose: ComposeFile;
beforeAll(() => {
  compose = readCompose(services['PERENNIAL_PYTHON'] ?? '');
});

describe('the compose file', () => {
  it('pins every image, keeps data in named volumes and gives every lasting service a health check', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['api', 'minio', 'mlflow', 'postgres', 'prepare', 'serving', 'temporal', 'trainer', 'worker']);
    for (const [name, service] of Object.entries(compose.services)) {
      if (!ours.includes(name)) expect(service.image, name).toMatch(/:(RELEASE\.|v?\d+\.\d+)\S+$/);
      if (name !== 'prepare') expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
      expect(service.container_name, name).toBeUndefined();
      for (const volume of service.volumes ?? []) expect(Object.keys(compose.volumes), name).toContain(volume.split(':')[0]);
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) expect(condition).toBe(other === 'prepare' ? 'service_completed_successfully' : 'service_healthy');
    }
    expect(compose.version).toBeUndefined();
    expect(compose.services['postgres']?.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(text).not.toMatch(/minio\/minio|bitnami|auto-setup/);
  });

  it('opens nothing beyond this machine unless told to', () => {
    for (const service of Object.values(compose.services)) for (const port of service.ports ?? []) expect(interpolate(port, {})).toMatch(/^127\.0\.0\.1:/);
  });

  it('has no secret in it: each is named in .env.example, empty there, and asked for', () => {
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    const empty = [...example.matchAll(/^(\w+)=$/gm)].map((match) => match[1] ?? '').toSorted((a, b) => a.localeCompare(b));
    expect(empty).toEqual(requiredVariables(text));
    expect(example).not.toMatch(/^\w+=\S/m);
    for (const name of requiredVariables(text)) expect(() => interpolate(text, { ...Object.fromEntries(requiredVariables(text).map((one) => [one, 'x'])), [name]: '' })).toThrow(name);
    // Only `prepare` may change the schema.
    for (const name of ['api', 'serving', 'worker', 'trainer']) expect(JSON.stringify(compose.services[name]?.environment)).not.toMatch(/perennial_owner|POSTGRES_PASSWORD/);
  });

  it('builds each image from a stage that there is, from folders that there are', () => {
    const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map((match) => match[1]);
    for (const name of ours) {
      expect(compose.services[name]?.build?.dockerfile).toBe('deploy/Dockerfile');
      expect(stages).toContain(compose.services[name]?.build?.target);
      expect(dockerfile).toContain(`CMD ${JSON.stringify(compose.services[name]?.command).replaceAll(',', ', ')}`);
    }
    expect(dockerfile.match(/^FROM \S+:latest/m)).toBeNull();
  });
});

describe('each process starts from the very command and environment in the file', () => {
  const running: ReturnType<typeof spawn>[] = [];
  let database: FreshDatabase;
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
    }
    await database.drop();
  });

  /** The container's names and folders become this machine's; nothing else is changed. */
  async function start(name: string, program = process.execPath) {
    database = await createFreshDatabase();
    const at = (variable: string): string => services[variable]?.replace(/^\w+:\/\//, '') ?? '';
    const host = new URL(database.databaseUrl).host;
    const [apiPort, servingPort, folder] = [await getPort(), await getPort(), mkdtempSync(join(tmpdir(), 'compose-'))];
    const values = {
      POSTGRES_PASSWORD: loginOf(database.ownerUrl).password,
      APP_DB_PASSWORD: loginOf(database.databaseUrl).password,
      MLFLOW_DB_PASSWORD: 'b1946ac92492d2347c6235b4d2611184',
      S3_ACCESS_KEY: services['S3_ACCESS_KEY'],
      S3_SECRET_KEY: services['S3_SECRET_KEY'],
      AUTH_SECRET: '591785b794601e212b260e25925636fd591785b7',
    };
    const here = (value: string): string =>
      interpolate(value, values)
        .replace('@postgres:5432/perennial', `@${host}/${database.name}`)
        .replace('@postgres:5432/mlflow', `@${host}/mlflow_${database.name}`)
        .replace('minio:9000', at('S3_ENDPOINT'))
        .replace('temporal:7233', at('TEMPORAL_ADDRESS'))
        .replace('mlflow:5000', at('MLFLOW_TRACKING_URI'))
        .replace('serving:7301', `127.0.0.1:${servingPort}`)
        .replace(/^7300$/, String(apiPort))
        .replace(/^7301$/, String(servingPort))
        .replace(/^0\.0\.0\.0$/, '127.0.0.1')
        .replace('/var/cache/perennial', folder)
        .replace(/^\/app\//, `${root}/`);
    const environment = compose.services[name]?.environment ?? {};
    const [, ...args] = compose.services[name]?.command ?? [];
    const child = spawn(program, args, { cwd: root, env: { PATH: process.env['PATH'], PYTHONPATH: join(root, 'trainer'), PYTHONUNBUFFERED: '1', ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, here(String(value))])) } });
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: () => output, apiPort, servingPort };
  }

  it('prepare makes the roles, brings the database up to date, and ends', async () => {
    const { child, output } = await start('prepare');
    const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
    expect(output()).toBe('roles, 0 new migrations and the bucket are in place\n');
    expect(code).toBe(0);
    const mlflow = database.ownerUrl.replace(/\/\/[^@]+@/, '//perennial_mlflow:b1946ac92492d2347c6235b4d2611184@').replace(database.name, `mlflow_${database.name}`);
    expect(await withClient(mlflow, async (client: pg.Client) => (await client.query('SELECT current_user AS me')).rows)).toEqual([{ me: 'perennial_mlflow' }]);
    await withClient(database.ownerUrl, (client) => client.query(`DROP DATABASE mlflow_${database.name}`));
  });

  it.skipIf(!existsSync(join(root, 'bin', 'serve.ts')))('serving answers its health check', async () => {
    const { child, output, servingPort } = await start('serving');
    expect(await waitUntil(httpReady(`http://127.0.0.1:${servingPort}/healthz`), 30_000, () => child.exitCode !== null), output()).toBe(true);
  });

  it.skipIf(!existsSync(join(root, 'bin', 'api.ts')))('the api answers its health check', async () => {
    const { child, output, apiPort } = await start('api');
    expect(await waitUntil(httpReady(`http://127.0.0.1:${apiPort}/readyz`), 30_000, () => child.exitCode !== null), output()).toBe(true);
  });

  it.skipIf(!existsSync(join(root, 'bin', 'worker.ts')))('the worker stays', async () => {
    const { child, output } = await start('worker');
    expect(await waitUntil(async () => child.exitCode !== null, 8_000), output()).toBe(false);
  });

  it.skipIf(mayLackTrainer)('the trainer takes jobs from its task queue', async () => {
    const { child, output } = await start('trainer', trainerPython);
    expect(await waitUntil(async () => output().includes('ready on perennial-trainer'), 60_000, () => child.exitCode !== null), output()).toBe(true);
  }, 70_000);
});
