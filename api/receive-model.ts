import { createHash } from 'node:crypto';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import type { z } from 'zod';
import { importModelSchema } from '../contracts/models.ts';
import { isPerennialError, PerennialError } from '../domain/errors.ts';
import { BodyInvalid } from './problem.ts';
import { isForm } from './receive-images.ts';

const MiB = 2 ** 20;
/** What is larger is refused while it comes in, before it is read by anything. */
export const modelBytesMax = 512 * MiB;
const aboutBytesMax = 1 * MiB;

export interface ReceivedModel {
  readonly bytes: Uint8Array;
  /** Taken while it came in: half a gigabyte hashed at once would keep every other request waiting. */
  readonly sha256: string;
  readonly about: z.output<typeof importModelSchema>;
}

/**
 * A form with one part `about` (JSON) and one part `model` (the file), in any order.
 * @param bytesMax of the file
 * @throws PerennialError MODEL_TOO_LARGE as soon as it is, REQUEST_INVALID, REQUEST_MEDIA_TYPE_UNSUPPORTED; BodyInvalid
 */
export async function receiveModel(request: Request, bytesMax: number): Promise<ReceivedModel> {
  if (!isForm(request)) throw new PerennialError('REQUEST_MEDIA_TYPE_UNSUPPORTED', 'A form with the parts about and model is asked for.');
  if (Number(request.get('content-length') ?? 0) > bytesMax + 2 * aboutBytesMax) throw tooLarge(bytesMax);
  const { bytes, sha256, about } = await readForm(request, bytesMax);
  if (bytes === null || about === null) throw new PerennialError('REQUEST_INVALID', `The form has no part named ${bytes === null ? 'model' : 'about'}.`);
  const parsed = importModelSchema.safeParse(parseJson(about));
  if (!parsed.success) throw new BodyInvalid(parsed.error);
  return { bytes, sha256, about: parsed.data };
}

const tooLarge = (bytesMax: number): PerennialError => new PerennialError('MODEL_TOO_LARGE', undefined, { what: 'file', limit: bytesMax });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PerennialError('REQUEST_INVALID', 'The part about is not JSON.', {}, { cause });
  }
}

interface Form { readonly bytes: Uint8Array | null; readonly sha256: string; readonly about: string | null }

function readForm(request: Request, bytesMax: number): Promise<Form> {
  const { promise, resolve, reject } = Promise.withResolvers<Form>();
  const hash = createHash('sha256');
  let bytes: Uint8Array | null = null;
  let about: string | null = null;
  const fail = (error: unknown): void => {
    request.unpipe();
    // What still comes is let through unread, within the time of a request: a connection that is cut while the caller
    // still sends takes the refusal with it.
    request.resume();
    reject(isPerennialError(error) ? error : new PerennialError('REQUEST_INVALID', 'The form could not be read.', {}, { cause: error }));
  };
  let form: BusboyInstance;
  try {
    form = new Busboy({ headers: request.headers as { 'content-type': string }, limits: { files: 1, fileSize: bytesMax, fields: 1, fieldSize: aboutBytesMax, parts: 2, headerPairs: 20 } });
  } catch (error) {
    fail(error);
    return promise;
  }
  form.on('file', (field, stream) => {
    const parts: Buffer[] = [];
    if (field !== 'model') fail(new PerennialError('REQUEST_INVALID', 'The file is the part named model.'));
    stream.on('data', (part: Buffer) => {
      hash.update(part);
      parts.push(part);
    });
    stream.on('limit', () => { parts.length = 0; fail(tooLarge(bytesMax)); });
    stream.on('end', () => { bytes = Buffer.concat(parts); });
  });
  form.on('field', (field, value, _name, cut) => {
    if (cut) fail(new PerennialError('REQUEST_TOO_LARGE', undefined, { aboutBytesMax }));
    if (field === 'about') about = value;
  });
  for (const limit of ['filesLimit', 'partsLimit', 'fieldsLimit'] as const) form.on(limit, () => fail(new PerennialError('REQUEST_INVALID', 'The form has one part about and one part model.')));
  form.on('error', fail);
  form.on('finish', () => resolve({ bytes, sha256: hash.digest('hex'), about }));
  request.on('aborted', () => fail(new PerennialError('REQUEST_INVALID', 'The request broke off.')));
  request.pipe(form);
  return promise;
}
