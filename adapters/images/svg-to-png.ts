import sharp from 'sharp';
import { PerennialError } from '../../domain/errors.ts';

const svgLoader = { operation: ['VipsForeignLoadSvgBuffer'] };
let drawing = 0;

/**
 * Opens the decoder of SVGs while our own are drawn: a process that reads pictures as well has all decoders shut but those
 * of photographs (`sharp-reader.ts`), for the whole of itself.
 */
async function withSvgLoader<T>(draw: () => Promise<T>): Promise<T> {
  if (drawing === 0) sharp.unblock(svgLoader);
  drawing += 1;
  try {
    return await draw();
  } finally {
    drawing -= 1;
    if (drawing === 0) sharp.block(svgLoader);
  }
}

/**
 * Draws an SVG that we made ourselves as a PNG, for places that show no SVG. Never for a caller's file: an SVG may ask for others.
 *
 * @param scale pixels for one pixel of the SVG; 2 reads well on a fine screen
 * @returns PNG bytes
 * @throws PerennialError INTERNAL when the text is no SVG
 */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  try {
    return await withSvgLoader(() => sharp(Buffer.from(svg), { density: 72 * scale }).png({ compressionLevel: 9 }).toBuffer());
  } catch (error) {
    throw new PerennialError('INTERNAL', 'A plot could not be drawn.', {}, { cause: error });
  }
}
