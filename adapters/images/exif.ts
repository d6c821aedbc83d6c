import ExifReader from 'exifreader';
import type { ReadImage } from '../../domain/ports.ts';

const nothing: ReadImage['exif'] = { time: null, offset: null, make: null, model: null };
/** Text of a tag that is kept; longer is not what a camera writes. */
const lengthMax = 120;

function textOf(tag: unknown): string | null {
  const description = (tag as { description?: unknown } | undefined)?.description;
  if (typeof description !== 'string') return null;
  const text = description.replace(/[^\x20-\x7e]/g, '').trim();
  return text === '' ? null : text.slice(0, lengthMax);
}

/**
 * Time, offset, make and model, and nothing else: where a picture was taken and the camera's serial number are never
 * read. Unreadable metadata is no reason to refuse a picture.
 * @param block the EXIF block as the decoder found it, with or without its "Exif" heading
 */
export function readExif(block: Uint8Array | undefined): ReadImage['exif'] {
  if (block === undefined || block.length < 14) return nothing;
  const tiff = String.fromCharCode(...block.subarray(0, 4)) === 'Exif' ? block.subarray(6) : block;
  try {
    const tags = ExifReader.load(Buffer.from(tiff), { includeTags: { exif: ['DateTimeOriginal', 'OffsetTimeOriginal', 'Make', 'Model'] } }) as Record<string, unknown>;
    return {
      time: textOf(tags['DateTimeOriginal']), offset: textOf(tags['OffsetTimeOriginal']), make: textOf(tags['Make']), model: textOf(tags['Model']),
    };
  } catch {
    return nothing;
  }
}
