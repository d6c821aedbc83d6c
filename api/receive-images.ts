import type { Request } from 'express';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { z } from 'zod';
import { type AboutImage, aboutImageSchema, aboutManySchema } from '../contracts/predictions.ts';
import { PerennialError } from '../domain/errors.ts';
import { refuseDeep } from './json-depth.ts';

/** One image of a request as it was sent. */
export interface ReceivedImage {
  readonly bytes: Uint8Array;
  readonly about: z.output<typeof aboutManySchema>[number];
}

export const receiveLimits = { imageBytesMax: 50 * 1024 * 1024, requestBytesMax: 256 * 1024 * 1024, imagesMax: 256, aboutBytesMax: 1024 * 1024 } as const;

/** Memory that bodies on their way may hold together; a request that finds no room is refused at once. */
export function createByteBudget(bytesMax: number): { take(bytes: number): () => void } {
  let taken = 0;
  return {
    take(bytes) {
      // A lone large request always finds room, so that it is not refused for ever.
      if (taken > 0 && taken + bytes > bytesMax) throw new PerennialError('SERVING_OVERLOADED', undefined, { retryAfterSeconds: 1 });
      taken += bytes;
      let held = true;
      return () => {
        if (held) taken -= bytes;
        held = false;
      };
    },
  };
}

/** Whether the request brings several images in a form. */
export const isForm = (request: Request): boolean => /^multipart\/form-data\b/i.test(request.get('content-type') ?? '');

/** The raw body as one image; what is said about it is in the query. @throws PerennialError REQUEST_TOO_LARGE, REQUEST_INVALID */
export async function receiveOne(request: Request, bytesMax: number = receiveLimits.imageBytesMax): Promise<ReceivedImage> {
  const about: AboutImage = aboutImageSchema.parse(request.query);
  return { bytes: await wholeBody(request, bytesMax), about };
}

/** @throws PerennialError IMAGE_TOO_LARGE as soon as it is more than `bytesMax` */
export async function wholeBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  if (Number(request.get('content-length') ?? 0) > bytesMax) throw new PerennialError('IMAGE_TOO_LARGE', undefined, { bytesMax });
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bytesMax) throw new PerennialError('IMAGE_TOO_LARGE', undefined, { bytesMax });
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** A form: one part `images` a file, in order, and one part `about` (JSON, a list in the same order). @throws PerennialError REQUEST_INVALID, REQUEST_TOO_LARGE */
export async function receiveMany(request: Request): Promise<readonly ReceivedImage[]> {
  if (Number(request.get('content-length') ?? 0) > receiveLimits.requestBytesMax) throw new PerennialError('REQUEST_TOO_LARGE', undefined, { bytesMax: receiveLimits.requestBytesMax });
  const { files, about } = await readForm(request);
  if (files.length === 0) throw new PerennialError('REQUEST_INVALID', 'The form has no part named images.');
  const list = aboutManySchema.parse(about === null ? files.map(() => ({})) : parseJson(about));
  if (list.length !== files.length) throw new PerennialError('REQUEST_INVALID', `The list about has ${list.length} entries for ${files.length} images.`);
  return files.map((file, at) => ({ bytes: file.bytes, about: { ...(file.name !== null && { fileName: file.name }), ...list[at] } }));
}

function parseJson(text: string): unknown {
  refuseDeep(null, null, Buffer.from(text));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PerennialError('REQUEST_INVALID', 'The part about is not JSON.', {}, { cause: error });
  }
}

interface Form { readonly files: readonly { bytes: Uint8Array; name: string | null }[]; readonly about: string | null }

function readForm(request: Request): Promise<Form> {
  return new Promise((resolve, reject) => {
    const files: { bytes: Uint8Array; name: string | null }[] = [];
    let about: string | null = null;
    let total = 0;
    const fail = (error: unknown): void => {
      request.unpipe();
      request.resume();
      reject(error instanceof PerennialError ? error : new PerennialError('REQUEST_INVALID', 'The form could not be read.', {}, { cause: error }));
    };
    let form: BusboyInstance;
    try {
      form = new Busboy({
        headers: request.headers as { 'content-type': string },
        limits: { files: receiveLimits.imagesMax, fileSize: receiveLimits.imageBytesMax, fields: 1, fieldSize: receiveLimits.aboutBytesMax, parts: receiveLimits.imagesMax + 1, headerPairs: 20 },
      });
    } catch (error) {
      return fail(error);
    }
    form.on('file', (field, stream, name) => {
      const at = files.push({ bytes: new Uint8Array(), name: name ? name.slice(0, 500) : null }) - 1;
      const parts: Buffer[] = [];
      if (field !== 'images') fail(new PerennialError('REQUEST_INVALID', 'Files are parts named images.'));
      stream.on('data', (part: Buffer) => {
        total += part.length;
        if (total > receiveLimits.requestBytesMax) fail(new PerennialError('REQUEST_TOO_LARGE', undefined, { bytesMax: receiveLimits.requestBytesMax }));
        else parts.push(part);
      });
      stream.on('limit', () => fail(new PerennialError('REQUEST_TOO_LARGE', undefined, { imageBytesMax: receiveLimits.imageBytesMax })));
      stream.on('end', () => { files[at] = { bytes: Buffer.concat(parts), name: files[at]?.name ?? null }; });
    });
    form.on('field', (field, value) => { if (field === 'about') about = value; });
    for (const limit of ['filesLimit', 'partsLimit', 'fieldsLimit'] as const) form.on(limit, () => fail(new PerennialError('REQUEST_TOO_LARGE', undefined, { imagesMax: receiveLimits.imagesMax })));
    form.on('error', fail);
    form.on('finish', () => resolve({ files, about }));
    request.on('aborted', () => fail(new PerennialError('REQUEST_INVALID', 'The request broke off.')));
    request.pipe(form);
  });
}
