// A decoding child that ends, or hangs, on bytes that say so, as a decoder might on bytes made for it; else the real one.
import type { DecodingRequest } from '../decoding-child.ts';
import '../decoding-child-entry.ts';

const obey = (request: unknown): void => {
  const { bytes } = request as DecodingRequest;
  const text = Buffer.from(bytes.subarray(-8)).toString('latin1');
  if (text.endsWith('ABORT')) process.abort();
  if (text.endsWith('HANG')) for (;;);
};
// Before the child's own.
const own = process.listeners('message');
process.removeAllListeners('message').on('message', obey);
for (const listener of own) process.on('message', listener as (message: unknown) => void);
