import { PerennialError } from '../../domain/errors.ts';
import type { ReadImage } from '../../domain/ports.ts';
import { bytesMax } from './limits.ts';

const starts = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean => magic.every((value, index) => bytes[at + index] === value);
const textAt = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));

/** PNG chunks before the first pixel data; an `acTL` among them makes it an animation. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length;) {
    const kind = textAt(bytes, at + 4, 4);
    if (kind === 'acTL') return true;
    if (kind === 'IDAT') return false;
    at += 12 + view.getUint32(at);
  }
  return false;
}

/** An extended WebP says in a flag of its VP8X chunk whether it is an animation. */
const isAnimatedWebp = (bytes: Uint8Array): boolean => textAt(bytes, 12, 4) === 'VP8X' && ((bytes[20] ?? 0) & 0x02) !== 0;

/**
 * What the first bytes say the file is; names and content types are not believed.
 * @throws PerennialError IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_UNSUPPORTED_TYPE, IMAGE_ANIMATED
 */
export function mediaTypeOf(bytes: Uint8Array, most = bytesMax): ReadImage['mediaType'] {
  if (bytes.length === 0) throw new PerennialError('IMAGE_EMPTY');
  if (bytes.length > most) throw new PerennialError('IMAGE_TOO_LARGE', undefined, { bytes: bytes.length, bytesMax: most });
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
    if (isAnimatedPng(bytes)) throw new PerennialError('IMAGE_ANIMATED');
    return 'image/png';
  }
  if (starts(bytes, [0x52, 0x49, 0x46, 0x46]) && textAt(bytes, 8, 4) === 'WEBP') {
    if (isAnimatedWebp(bytes)) throw new PerennialError('IMAGE_ANIMATED');
    return 'image/webp';
  }
  throw new PerennialError('IMAGE_UNSUPPORTED_TYPE');
}
