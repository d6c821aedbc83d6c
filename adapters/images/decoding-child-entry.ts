// What runs in the child process of `decoding-child.ts`: pictures in, their figures out, one message each.
// It is a program, not a module to import: bytes from outside meet the decoder here and nowhere else.
import { isPerennialError } from '../../domain/errors.ts';
import type { DecodingAnswer, DecodingRequest } from './decoding-child.ts';
import { createSharpReader } from './sharp-reader.ts';

const reader = createSharpReader();

async function answer({ id, act, bytes, about }: DecodingRequest): Promise<DecodingAnswer> {
  try {
    return { id, made: act === 'view' ? await reader.view(bytes, about) : await reader[act](bytes, about) };
  } catch (error) {
    if (isPerennialError(error)) return { id, refused: { code: error.code, message: error.message, details: { ...error.details } } };
    return { id, refused: { code: 'IMAGE_CORRUPT', message: 'The image cannot be decoded.', details: {} } };
  }
}

process.on('message', (request: DecodingRequest) => { void answer(request).then((told) => process.send?.(told)); });
// The first message says that there is somebody.
process.send?.({ id: 0 } satisfies DecodingAnswer);
// Whoever asked is gone.
process.on('disconnect', () => process.exit(0));
