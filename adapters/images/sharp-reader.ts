import sharp, { type Metadata, type Sharp } from 'sharp';
import { isPerennialError, PerennialError } from '../../domain/errors.ts';
import type { ImageReader, ReadImage } from '../../domain/ports.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import { readExif } from './exif.ts';
import { createGate } from './gate.ts';
import { bytesMax, decodeSecondsMax, decodesMax, pixelsMax } from './limits.ts';
import { mediaTypeOf } from './media-type.ts';
import { type Placement, placementOf, valuesOf, windowOf } from './model-input.ts';
import type { Raster } from './raster.ts';
import { statisticsOf } from './statistics.ts';

/** A picture this many times longer than wide is decoded twice: covering the model's window with all of it would be a bomb. */
const aspectMax = 4;
/** Statistics of pictures that are resized otherwise than whole and in shape come from a decode of this size. */
const statisticsSide = 256;

export interface SharpReaderOptions {
  /** Most decodes at once; others wait, so that 32 large files do not need 32 rasters. */
  readonly decodesMax?: number;
  readonly pixelsMax?: number;
  readonly bytesMax?: number;
  /** A decode that takes longer is given up: the file is made to be slow. */
  readonly secondsMax?: number;
  /** Where the model's input is written; every value is overwritten. New memory for each unless given. */
  readonly newInput?: (length: number) => Float32Array;
}

// One picture is one task: several are decoded side by side instead of one by several threads.
sharp.cache(false);
sharp.concurrency(1);
/** Decoders that are not for photographs from cameras are shut, in this process as a whole. */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });

interface Header { readonly mediaType: ReadImage['mediaType']; readonly width: number; readonly height: number; readonly metadata: Metadata }

/**
 * Pictures by sharp (libvips). The original is decoded once for all that arriving needs, JPEGs at a reduced size where
 * that is enough. Files cut short are corrupt; bytes after the end of a picture are left alone, for what is shown is
 * always written anew.
 * @throws PerennialError on all methods: IMAGE_EMPTY, IMAGE_UNSUPPORTED_TYPE, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_CORRUPT
 */
export function createSharpReader(options: SharpReaderOptions = {}): ImageReader {
  const newInput = options.newInput ?? ((length: number) => new Float32Array(length));
  const limits = { decodesMax, pixelsMax, bytesMax, secondsMax: decodeSecondsMax, ...options, newInput };
  const gate = createGate(limits.decodesMax);
  const decoder = createDecoder(limits);
  const { headerOf, rasters, upright } = decoder;
  const guarded = <T>(work: () => Promise<T>): Promise<T> => gate(() => inOurWords(work));
  return {
    read: (bytes, preprocessing) => guarded(async () => {
      const header = await headerOf(bytes);
      const { width, height, mediaType, metadata } = header;
      const { whole, window, place } = await rasters(bytes, header, preprocessing, true);
      return { mediaType, width, height, statistics: statisticsOf(whole), exif: readExif(metadata.exif), input: valuesOf(preprocessing, window, place, newInput) };
    }),
    modelInput: (bytes, preprocessing) => guarded(async () => {
      const { window, place } = await rasters(bytes, await headerOf(bytes), preprocessing, false);
      return valuesOf(preprocessing, window, place, newInput);
    }),
    modelView: (bytes, preprocessing) => guarded(async () => {
      const { window, place } = await rasters(bytes, await headerOf(bytes), preprocessing, false);
      const { width, height } = preprocessing;
      const png = await sharp(windowOf(preprocessing, window, place), { raw: { width, height, channels: 3 } }).png({ compressionLevel: 6 }).toBuffer();
      return { bytes: png, width, height, mediaType: 'image/png' as const };
    }),
    view: (bytes, sideMax) => guarded(async () => {
      await headerOf(bytes);
      const { data, info } = await upright(bytes).resize(sideMax, sideMax, { fit: 'inside', withoutEnlargement: true }).webp({ quality: 82, effort: 3 }).toBuffer({ resolveWithObject: true });
      return { bytes: data, width: info.width, height: info.height, mediaType: 'image/webp' as const };
    }),
  };
}

async function inOurWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isPerennialError(error)) throw error;
    throw new PerennialError('IMAGE_CORRUPT', undefined, {}, { cause: error });
  }
}

/** Eight bits, three colours a pixel. */
async function rasterOf(pipeline: Sharp): Promise<Raster> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { width: info.width, height: info.height, data };
  // libvips leaves grey as one channel.
  const rgb = new Uint8Array(info.width * info.height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += info.channels, to += 3) rgb.fill(data[from]!, to, to + 3);
  return { width: info.width, height: info.height, data: rgb };
}

function createDecoder(limits: Required<SharpReaderOptions>) {
  async function headerOf(bytes: Uint8Array): Promise<Header> {
    const mediaType = mediaTypeOf(bytes, limits.bytesMax);
    // The limit is ours: libvips' would be one more sentence to translate.
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
    if ((metadata.pages ?? 1) > 1) throw new PerennialError('IMAGE_ANIMATED');
    const pixels = metadata.width * metadata.height;
    if (pixels > limits.pixelsMax) throw new PerennialError('IMAGE_TOO_LARGE', undefined, { pixels, pixelsMax: limits.pixelsMax });
    const turned = (metadata.orientation ?? 1) >= 5;
    return { mediaType, metadata, width: turned ? metadata.height : metadata.width, height: turned ? metadata.width : metadata.height };
  }

  /** Upright, on white where it was transparent; CMYK and 16 bits end here. */
  const upright = (bytes: Uint8Array): Sharp => sharp(bytes, { failOn: 'error', limitInputPixels: limits.pixelsMax, sequentialRead: true })
    .timeout({ seconds: limits.secondsMax }).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');

  /** The whole picture in its own shape, and the one the model's window is cut from; where they can be the same, they are. */
  async function rasters(bytes: Uint8Array, { width, height }: Header, p: Preprocessing, wantWhole: boolean): Promise<{ whole: Raster; window: Raster; place: Placement }> {
    const place = placementOf(p, width, height);
    const longish = Math.max(width, height) > aspectMax * Math.min(width, height);
    const resized = upright(bytes).resize(place.width, place.height, { fit: 'fill', kernel: p.kernel });
    if (p.resizeMode !== 'stretch' && !longish) {
      const raster = await rasterOf(resized);
      return { whole: raster, window: raster, place };
    }
    const whole = wantWhole ? await rasterOf(upright(bytes).resize(statisticsSide, statisticsSide, { fit: 'inside' })) : { width: 0, height: 0, data: new Uint8Array() };
    if (p.resizeMode !== 'crop') return { whole, window: await rasterOf(resized), place };
    // Only the window is computed: libvips works backwards from what is asked for.
    const window = await rasterOf(resized.extract({ left: place.left, top: place.top, width: p.width, height: p.height }));
    return { whole, window, place: { ...place, left: 0, top: 0 } };
  }

  return { headerOf, upright, rasters };
}
