import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'minio';
import type { PlatformContext, RunningService, Say } from '../context.ts';
import { oneLine, setupFailed } from '../setup-error.ts';
import { findObjectStore, type FoundObjectStore } from './object-store-program.ts';

const bucketDefault = 'perennial';
const regionDefault = 'us-east-1';

type Store = { endpoint: string; accessKey: string; secretKey: string; bucket: string; region: string };

/**
 * Address, keys and bucket, known before the server runs or is even fetched. That is enough for whoever merely has to be
 * told, as MLflow.
 */
export async function planObjectStore(context: PlatformContext): Promise<Record<string, string>> {
  return storeEnv(await planned(context));
}

async function planned(context: PlatformContext): Promise<Store> {
  const { environment } = context;
  const given = environment['S3_ENDPOINT'];
  const shared = { bucket: environment['S3_BUCKET'] || bucketDefault, region: environment['S3_REGION'] || regionDefault };
  if (given) return { ...shared, endpoint: given, accessKey: environment['S3_ACCESS_KEY'] ?? '', secretKey: environment['S3_SECRET_KEY'] ?? '' };
  const port = await context.port('object-store', 'S3_PORT');
  return { ...shared, endpoint: `http://127.0.0.1:${port}`, accessKey: context.secrets.s3AccessKey, secretKey: context.secrets.s3SecretKey };
}

/** The object store: the S3 server that S3_ENDPOINT names, else MinIO, else SeaweedFS, on loopback; the bucket is made. */
export async function startObjectStore(context: PlatformContext, say: Say): Promise<RunningService> {
  const store = await planned(context);
  if (context.environment['S3_ENDPOINT']) return givenStore(store);
  const found = await findObjectStore(context, say);
  const port = Number(new URL(store.endpoint).port);
  say('starting');
  const running = await context.supervisor.start({
    name: 'object-store',
    command: found.program,
    ...(await (found.kind === 'minio' ? minioCommand(context, port) : seaweedCommand(context, port, store))),
    ready: async () => (await listBuckets(store)) !== undefined,
    stopWithinMs: 15_000,
  });
  await makeBucket(store);
  return { name: 'object-store', source: found.source, detail: `${title(found)} on 127.0.0.1:${port}`, env: storeEnv(store), whenReady: Promise.resolve(), stop: () => running.stop() };
}

const title = (found: FoundObjectStore): string => `${found.kind === 'minio' ? 'MinIO' : 'SeaweedFS'} ${found.version}`;

async function minioCommand(context: PlatformContext, port: number) {
  const folder = join(context.dataDir, 'object-store', 'minio');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder],
    env: {
      ...context.environment,
      MINIO_ROOT_USER: context.secrets.s3AccessKey,
      MINIO_ROOT_PASSWORD: context.secrets.s3SecretKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
  };
}

/** SeaweedFS is several servers in one, and each wants ports of its own, all of which are given so that none is guessed. */
async function seaweedCommand(context: PlatformContext, port: number, store: Store) {
  const folder = join(context.dataDir, 'object-store', 'seaweedfs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const flags = ['-dir', folder, '-ip', '127.0.0.1', '-ip.bind', '127.0.0.1', '-metricsIp', '127.0.0.1', '-webdav=false', '-master.telemetry=false', '-s3.port.iceberg', '0', '-s3.port.lance', '0', '-s3.port', String(port)];
  for (const flag of ['master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc', 'filer.port', 'filer.port.grpc', 's3.port.grpc', 'admin.port', 'admin.port.grpc']) {
    const variable = `SEAWEEDFS_${flag.replaceAll('.', '_').toUpperCase()}`;
    flags.push(`-${flag}`, String(await context.port(`object-store-${flag}`, variable)));
  }
  return { args: ['mini', ...flags], env: { ...context.environment, AWS_ACCESS_KEY_ID: store.accessKey, AWS_SECRET_ACCESS_KEY: store.secretKey } };
}

async function givenStore(store: Store): Promise<RunningService> {
  const { endpoint, accessKey, secretKey } = store;
  if (accessKey === '' || secretKey === '') throw setupFailed('S3_ENDPOINT is set but S3_ACCESS_KEY or S3_SECRET_KEY is not: set all three, or unset S3_ENDPOINT and a store is brought up here.');
  await makeBucket(store).catch((error: unknown) => {
    throw setupFailed(`The object store that S3_ENDPOINT names (${endpoint}) could not be used (${oneLine(error)}): start it, correct address, keys or bucket, or unset S3_ENDPOINT and a store is brought up here.`);
  });
  return { name: 'object-store', source: 'environment', detail: `S3 at ${endpoint}`, env: storeEnv(store), whenReady: Promise.resolve(), stop: async () => {} };
}

const storeEnv = (store: Store): Record<string, string> => ({
  S3_ENDPOINT: store.endpoint,
  S3_ACCESS_KEY: store.accessKey,
  S3_SECRET_KEY: store.secretKey,
  S3_BUCKET: store.bucket,
  S3_REGION: store.region,
});

function clientOf(store: Store): Client {
  const url = new URL(store.endpoint);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return new Client({ endPoint: url.hostname, port, useSSL: url.protocol === 'https:', accessKey: store.accessKey, secretKey: store.secretKey, region: store.region, retryOptions: { disableRetry: true } });
}

async function listBuckets(store: Store): Promise<readonly unknown[] | undefined> {
  return clientOf(store).listBuckets().catch(() => undefined);
}

async function makeBucket(store: Store): Promise<void> {
  const client = clientOf(store);
  if (!(await client.bucketExists(store.bucket))) await client.makeBucket(store.bucket, store.region);
}
