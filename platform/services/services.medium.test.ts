import { createHash } from 'node:crypto';
import { Client } from 'minio';
import { Connection } from '@temporalio/client';
import { describe, expect, inject, it } from 'vitest';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext } from '../context.ts';
import { startMlflow } from './mlflow.ts';
import { startObjectStore } from './object-store.ts';
import { startPostgres } from './postgres.ts';
import { startTemporal } from './temporal.ts';

const services = inject('services');
const root = join(import.meta.dirname, '..', '..');
const contextWith = (environment: Record<string, string>) => createContext({ root, environment, stateDir: mkdtempSync(join(tmpdir(), 'services-')) });
const silent = (): void => {};

describe('the real services answer', () => {
  it('the object store keeps what is put and refuses a stranger', async () => {
    const url = new URL(services['S3_ENDPOINT'] ?? '');
    const at = { endPoint: url.hostname, port: Number(url.port), useSSL: false };
    const client = new Client({ ...at, accessKey: services['S3_ACCESS_KEY'] ?? '', secretKey: services['S3_SECRET_KEY'] ?? '' });
    const body = Buffer.from('a picture');
    const key = `sha256/${createHash('sha256').update(body).digest('hex')}`;
    await client.putObject(services['S3_BUCKET'] ?? '', key, body);
    const chunks = await (await client.getObject(services['S3_BUCKET'] ?? '', key)).toArray();
    expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('a picture');
    await expect(new Client({ ...at, accessKey: 'stranger', secretKey: 'stranger-key' }).listBuckets()).rejects.toThrow();
  });

  it('Temporal has its namespace', async () => {
    const connection = await Connection.connect({ address: services['TEMPORAL_ADDRESS'] });
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    expect(namespaceInfo?.name).toBe('default');
  });

  it('MLflow hands artifacts to the store, and answers to its own name alone', async () => {
    const uri = services['MLFLOW_TRACKING_URI'];
    const address = `${uri}/api/2.0/mlflow-artifacts/artifacts/trial/model.bin`;
    const bytes = new Uint8Array(100_000).fill(7);
    expect((await fetch(address, { method: 'PUT', body: bytes })).status).toBe(200);
    expect(new Uint8Array(await (await fetch(address)).arrayBuffer())).toEqual(bytes);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => request(`${uri}/api/2.0/mlflow/experiments/search`, { method: 'POST', headers: { host: 'evil.test' } }, (answer) => resolve(answer.statusCode)).end('{}'));
    expect(status).toBe(403);
  });
});

describe('services of one’s own', () => {
  it('are used as they are', async () => {
    const context = contextWith(services);
    const used = await Promise.all([startPostgres(context, silent), startObjectStore(context, silent), startTemporal(context, silent), startMlflow(context, {}, silent)]);
    expect(used.map((service) => service.source)).toEqual(Array(4).fill('environment'));
    expect(context.state.read().processes).toEqual({});
  });

  it('that do not answer are named, with the way out', async () => {
    const nobody = '127.0.0.1:9';
    await expect(startPostgres(contextWith({ DATABASE_URL: `postgresql://a:b@${nobody}/c` }), silent)).rejects.toThrow(/DATABASE_URL names .* does not answer: start it, correct the address, or unset/);
    await expect(startTemporal(contextWith({ TEMPORAL_ADDRESS: nobody }), silent)).rejects.toThrow(/TEMPORAL_ADDRESS names .* or unset/);
    await expect(startObjectStore(contextWith({ S3_ENDPOINT: `http://${nobody}`, S3_ACCESS_KEY: 'abc', S3_SECRET_KEY: 'abcdefgh' }), silent)).rejects.toThrow(/S3_ENDPOINT names .* or unset/);
    await expect(startObjectStore(contextWith({ S3_ENDPOINT: `http://${nobody}` }), silent)).rejects.toThrow(/S3_ACCESS_KEY or S3_SECRET_KEY is not/);
    await expect(startMlflow(contextWith({ MLFLOW_TRACKING_URI: `http://${nobody}` }), {}, silent)).rejects.toThrow(/MLFLOW_TRACKING_URI names .* or unset/);
  });
});

describe('a machine that lacks something', () => {
  it('hears it in one sentence', async () => {
    const bare = { PATH: '/nowhere', PERENNIAL_TOOLS_DIR: mkdtempSync(join(tmpdir(), 'tools-')), PERENNIAL_OFFICIAL_DOWNLOADS: 'off' };
    await expect(startTemporal(contextWith(bare), silent)).rejects.toMatchObject({ code: 'SETUP_FAILED', message: expect.stringMatching(/^No Python from 3\.10 to 3\.14 is on PATH: install one/) });
  });
});
