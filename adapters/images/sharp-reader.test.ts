import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { hashDistance } from '../../domain/flagging.ts';
import { defaultPreprocessing, type Preprocessing } from '../../domain/preprocessing.ts';
import { createSharpReader } from './sharp-reader.ts';
import { draw, scene } from './testing/pictures.ts';

const reader = createSharpReader();
const read = (bytes: Uint8Array, preprocessing: Preprocessing = defaultPreprocessing) => reader.read(bytes, preprocessing);
const difference = (a: Float32Array, b: Float32Array): { mean: number; most: number } => {
  const each = a.map((value, at) => Math.abs(value - b[at]!));
  return { mean: each.reduce((sum, value) => sum + value, 0) / each.length, most: each.reduce((most, value) => Math.max(most, value), 0) };
};
const distance = (a: string, b: string): number => hashDistance(BigInt(`0x${a}`), BigInt(`0x${b}`));

describe('orientation', () => {
  it('F37: eight pictures that are upright after turning by EXIF give one input and one set of figures', async () => {
    const upright = await draw(1280, 960).raw().toBuffer();
    // What each EXIF value asks for, undone: applying it again gives the upright picture back.
    const undo: Record<number, (picture: Sharp) => Sharp> = {
      1: (p) => p, 2: (p) => p.flop(), 3: (p) => p.rotate(180), 4: (p) => p.flip(), 5: (p) => p.rotate(270).flop(), 6: (p) => p.rotate(270), 7: (p) => p.rotate(90).flop(), 8: (p) => p.rotate(90),
    };
    const expected = await read(await draw(1280, 960).png().toBuffer());
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const turned = await undo[orientation]!(sharp(upright, { raw: { width: 1280, height: 960, channels: 3 } })).png().toBuffer();
      const found = await read(await sharp(turned).withMetadata({ orientation }).png().toBuffer());
      expect([orientation, found.width, found.height]).toEqual([orientation, 1280, 960]);
      expect([orientation, difference(found.input, expected.input).most < 0.02]).toEqual([orientation, true]);
      expect(distance(found.statistics.perceptualHash, expected.statistics.perceptualHash)).toBeLessThanOrEqual(2);
    }
  });
});

describe('the model’s input', () => {
  it('is the picture covered, cut and scaled as the specification says', async () => {
    const { input } = await read(await draw().png().toBuffer());
    const { data } = await draw().resize(341, 256, { fit: 'fill', kernel: 'cubic' }).extract({ left: 58, top: 16, width: 224, height: 224 }).raw().toBuffer({ resolveWithObject: true });
    for (const [channel, x, y] of [[0, 0, 0], [1, 100, 50], [2, 223, 223]] as const) {
      expect(input[channel * 224 * 224 + y * 224 + x]).toBeCloseTo((data[(y * 224 + x) * 3 + channel]! / 255 - 0.5) / 0.5, 5);
    }
  });

  it('of a 4 MP JPEG decoded at reduced size is near the one of a full decode', async () => {
    const jpeg = await draw(2400, 1700, 1).jpeg({ quality: 92 }).toBuffer();
    const full = await sharp(jpeg).png({ compressionLevel: 1 }).toBuffer();
    const off = difference((await read(jpeg)).input, (await read(full)).input);
    // In units of the model's values, -1 to 1: one step of a byte is 0.008.
    expect(off.mean).toBeLessThan(0.008);
  }, 20_000);

  it('changes order, layout and range with the specification', async () => {
    const red = await sharp({ create: { width: 50, height: 40, channels: 3, background: { r: 255, g: 0, b: 0 } } }).png().toBuffer();
    const small = { ...defaultPreprocessing, width: 8, height: 8 };
    const first = async (preprocessing: Preprocessing) => Array.from((await read(red, preprocessing)).input.slice(0, 3));
    expect(await first({ ...small, layout: 'nhwc' })).toEqual([1, -1, -1]);
    expect(await first({ ...small, layout: 'nhwc', colourOrder: 'bgr' })).toEqual([-1, -1, 1]);
    expect(await first({ ...small, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] })).toEqual([255, 255, 255]);
    // Fitted into a square, a wide picture leaves grey above and below.
    const letterbox = (await read(red, { ...small, layout: 'nhwc', scale: 1, mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'letterbox' })).input;
    expect(Array.from(letterbox.slice(0, 3))).toEqual([114, 114, 114]);
    expect(Array.from(letterbox.slice(4 * 8 * 3, 4 * 8 * 3 + 3))).toEqual([255, 0, 0]);
    expect((await read(red, { ...small, resizeMode: 'stretch' })).input).toHaveLength(192);
  });

  it('is the same alone and with the figures: training reads what serving saw', async () => {
    const jpeg = await draw().jpeg().toBuffer();
    expect(await reader.modelInput(jpeg, defaultPreprocessing)).toEqual((await read(jpeg)).input);
  });
});

describe('figures', () => {
  it('blur lowers sharpness, streaks raise motion blur, grey has no saturation', async () => {
    const [plain, soft, grey] = await Promise.all([
      read(await draw().png().toBuffer()), read(await draw().blur(3).png().toBuffer()), read(await draw().greyscale().png().toBuffer()),
    ]);
    expect(soft.statistics.sharpness).toBeLessThan(plain.statistics.sharpness / 3);
    expect(grey.statistics.saturation).toBe(0);
    expect(plain.statistics.saturation).toBeGreaterThan(0.1);
    const streak = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#888' } })
      .composite(Array.from({ length: 40 }, (_, at) => ({ input: { create: { width: 320, height: 2, channels: 3 as const, background: at % 2 ? '#333' : '#ccc' } }, left: 0, top: at * 6 }))).png().toBuffer();
    expect((await read(streak)).statistics.motionBlur).toBeGreaterThan(0.9);
    expect(plain.statistics.motionBlur).toBeLessThan(0.5);
  });

  it('near copies differ in few bits of the hash, other pictures in many', async () => {
    const original = (await read(await draw(640, 480).jpeg({ quality: 95 }).toBuffer())).statistics.perceptualHash;
    const copy = (await read(await draw(640, 480).resize(320).jpeg({ quality: 60 }).toBuffer())).statistics.perceptualHash;
    const other = (await read(await draw(640, 480).flop().jpeg().toBuffer())).statistics.perceptualHash;
    expect(original).toMatch(/^[0-9a-f]{16}$/);
    expect(distance(original, copy)).toBeLessThanOrEqual(4);
    expect(distance(original, other)).toBeGreaterThan(10);
  });

  it('mean colours are those of the picture', async () => {
    const data = scene(320, 240);
    const mean = (channel: number) => data.filter((_, at) => at % 3 === channel).reduce((sum, value) => sum + value, 0) / (320 * 240);
    const { statistics } = await read(await draw().png().toBuffer());
    expect(statistics.meanRed).toBeCloseTo(mean(0), 0);
    expect(statistics.meanBlue).toBeCloseTo(mean(2), 0);
  });
});

describe('EXIF', () => {
  const withTags = () => draw().withExif({
    IFD0: { Make: 'Cam', Model: 'Trail 3' }, IFD2: { DateTimeOriginal: '2026:01:02 03:04:05', OffsetTimeOriginal: '+02:00', BodySerialNumber: 'SECRET-1' }, IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' },
  });

  it('F37: gives time, offset, make and model, never place or serial number', async () => {
    for (const bytes of [await withTags().jpeg().toBuffer(), await withTags().webp().toBuffer(), await withTags().png().toBuffer()]) {
      expect((await read(bytes)).exif).toEqual({ time: '2026:01:02 03:04:05', offset: '+02:00', make: 'Cam', model: 'Trail 3' });
    }
  });

  it('F37: views carry no metadata at all, and nothing of what stood behind the picture', async () => {
    const view = await reader.view(Buffer.concat([await withTags().jpeg().toBuffer(), Buffer.from('<script>alert(1)</script>')]), 200);
    expect([view.width, view.height, view.mediaType]).toEqual([200, 150, 'image/webp']);
    expect((await sharp(view.bytes).metadata()).exif).toBeUndefined();
    expect(Buffer.from(view.bytes).includes('script')).toBe(false);
    expect(Buffer.from(view.bytes).includes('SECRET')).toBe(false);
  });
});

it('decodes at most two pictures at once', async () => {
  const { createGate } = await import('./gate.ts');
  const gate = createGate(2);
  let running = 0;
  let most = 0;
  await Promise.allSettled(Array.from({ length: 20 }, (_, at) => gate(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    if (at % 3 === 0) throw new Error('a failure gives its place back');
  })));
  expect([most, running]).toEqual([2, 0]);
});

describe('the view that training reads', () => {
  const letterbox = { ...defaultPreprocessing, width: 32, height: 32, resizeMode: 'letterbox' as const };
  it.each([['crop', { ...defaultPreprocessing, width: 32, height: 32 }], ['letterbox', letterbox], ['bgr', { ...letterbox, colourOrder: 'bgr' as const }]])('holds exactly what the model’s input is computed from: %s', async (_name, preprocessing) => {
    const noise = Uint8Array.from({ length: 90 * 50 * 3 }, (_, at) => (at * 7919) % 251);
    const bytes = await sharp(noise, { raw: { width: 90, height: 50, channels: 3 } }).png().toBuffer();
    const reader = createSharpReader();
    const [view, input] = await Promise.all([reader.modelView(bytes, preprocessing), reader.modelInput(bytes, preprocessing)]);
    const pixels = await sharp(view.bytes).raw().toBuffer();
    const computed = Float32Array.from(input, (_, at) => {
      const channel = Math.floor(at / 1024);
      const byte = pixels[(at % 1024) * 3 + (preprocessing.colourOrder === 'rgb' ? channel : 2 - channel)] as number;
      return (byte * preprocessing.scale - (preprocessing.mean[channel] as number)) / (preprocessing.std[channel] as number);
    });
    expect(computed).toEqual(input);
  });
});
