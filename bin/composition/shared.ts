import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino, type Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { createMinioStore } from '../../adapters/object-store/minio-store.ts';
import { createDatabase, type Database } from '../../adapters/postgres/connection.ts';
import type { Clock, Ids, ObjectStore } from '../../domain/ports.ts';

export const clock: Clock = { now: () => new Date() };
export const ids: Ids = { next: () => uuidv7() };
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface CommonConfig {
  readonly DATABASE_URL: string;
  readonly S3_ENDPOINT: string;
  readonly S3_ACCESS_KEY: string;
  readonly S3_SECRET_KEY: string;
  readonly S3_BUCKET: string;
  readonly S3_REGION: string;
  readonly LOG_LEVEL: string;
}

/** What every process has: a log and the store. */
export function buildBase(name: string, config: CommonConfig): { logger: Logger; store: ObjectStore } {
  return {
    logger: pino({ level: config.LOG_LEVEL, base: { process: name } }),
    store: createMinioStore({ endpoint: config.S3_ENDPOINT, accessKey: config.S3_ACCESS_KEY, secretKey: config.S3_SECRET_KEY, bucket: config.S3_BUCKET, region: config.S3_REGION }),
  };
}

/** The same, and the database. */
export const buildCommon = (name: string, config: CommonConfig): { logger: Logger; database: Database; store: ObjectStore } => ({ ...buildBase(name, config), database: createDatabase(config.DATABASE_URL) });

/** Says what is wrong with a set-up in a sentence and ends; a stack helps nobody there. */
export async function main(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/** When what a start leaves behind is garbage and the process is likely to be idle, in ms. */
const settledMs = 20_000;

/** An idle process collects nothing: a third of its memory would be what its start left, for as long as nobody asks it anything. */
export function collectAfterStart(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  }, settledMs).unref();
}
