import { Client, S3Error } from 'minio';
import { PerennialError } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import { createImpatientAgent } from './impatient-agent.ts';

/** A store at work says something far sooner; whoever sends an image is told to come back before they give up. */
const silenceMsMax = 10_000;

export interface MinioStoreOptions {
  /** For instance http://127.0.0.1:9000; set by the operator alone, never by a caller. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly region?: string;
}

/** Answers of a store that mean "no such thing"; everything else that is not ours to mend is STORE_UNAVAILABLE. */
const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchObject']);
const taken = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);
const full = new Set(['XMinioStorageFull', 'StorageFull', 'QuotaExceeded']);

function codeOf(error: unknown): string {
  return error instanceof S3Error || (error instanceof Error && 'code' in error) ? String((error as { code?: unknown }).code) : '';
}

/** A store's failure in our words; the store's own text stays in `cause`, for it never reaches a client. */
function translate(error: unknown, key: string): PerennialError {
  const code = codeOf(error);
  if (missing.has(code)) return new PerennialError('STORE_OBJECT_NOT_FOUND', undefined, { key }, { cause: error });
  if (full.has(code)) return new PerennialError('STORAGE_FULL', undefined, {}, { cause: error });
  return new PerennialError('STORE_UNAVAILABLE', undefined, {}, { cause: error });
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** Any S3-like store by plain put, get, head and list; nothing of one vendor's. @see ObjectStore */
export function createMinioStore(options: MinioStoreOptions): ObjectStore {
  const url = new URL(options.endpoint);
  const { bucket } = options;
  const client = new Client({
    endPoint: url.hostname,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    useSSL: url.protocol === 'https:',
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    region: options.region ?? 'us-east-1',
    pathStyle: true,
    transportAgent: createImpatientAgent(url.protocol === 'https:', silenceMsMax),
  });
  const put = (key: string, bytes: Uint8Array, headers: Record<string, string>) =>
    client.putObject(bucket, key, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes.byteLength, headers);
  return {
    async put(key, bytes, mediaType = 'application/octet-stream') {
      await put(key, bytes, { 'Content-Type': mediaType }).catch((error: unknown) => { throw translate(error, key); });
    },
    async putIfAbsent(key, bytes, mediaType = 'application/octet-stream') {
      try {
        await put(key, bytes, { 'Content-Type': mediaType, 'If-None-Match': '*' });
        return true;
      } catch (error) {
        if (taken.has(codeOf(error))) return false;
        throw translate(error, key);
      }
    },
    async get(key) {
      try {
        return await collect(await client.getObject(bucket, key));
      } catch (error) {
        throw translate(error, key);
      }
    },
    async exists(key) {
      try {
        await client.statObject(bucket, key);
        return true;
      } catch (error) {
        if (missing.has(codeOf(error))) return false;
        throw translate(error, key);
      }
    },
    async *list(prefix) {
      try {
        for await (const item of client.listObjectsV2(bucket, prefix, true) as AsyncIterable<{ name?: string }>) if (item.name !== undefined) yield item.name;
      } catch (error) {
        throw translate(error, prefix);
      }
    },
    async remove(key) {
      await client.removeObject(bucket, key).catch((error: unknown) => { throw translate(error, key); });
    },
    async check() {
      const found = await client.bucketExists(bucket).catch((error: unknown) => { throw translate(error, ''); });
      if (!found) throw new PerennialError('STORE_UNAVAILABLE', 'The bucket of the object store does not exist.', { bucket });
    },
  };
}
