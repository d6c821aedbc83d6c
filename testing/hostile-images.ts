import { crc32, deflateSync } from 'node:zlib';
import { createRandom } from '../statistics/random.ts';

/** Sound pictures that the hostile ones are made from. */
export interface SoundPictures {
  readonly jpeg: Uint8Array;
  readonly progressiveJpeg: Uint8Array;
  readonly png: Uint8Array;
  readonly webp: Uint8Array;
}

export interface HostileImage {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Codes it may be refused with; `taken` among them where it may also be answered. */
  readonly allowed: readonly string[];
}

const damaged = ['IMAGE_CORRUPT', 'IMAGE_UNSUPPORTED_TYPE', 'IMAGE_TOO_LARGE', 'IMAGE_EMPTY', 'IMAGE_ANIMATED'] as const;
const either = ['taken', ...damaged];
const bytesOf = (...parts: (string | Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

/** More than 300 files that a server must live through, the same for the same seed. */
export function hostileImages(seed: number, sound: SoundPictures): HostileImage[] {
  return [
    ...cutShort(sound), ...bitFlips(seed, sound), ...lyingHeaders(sound), ...wrongTypes(), ...polyglots(sound), ...animations(sound), ...heavyParts(sound), ...noise(seed),
  ];
}

function cutShort({ jpeg, png, webp }: SoundPictures): HostileImage[] {
  const cut = (name: string, bytes: Uint8Array, step: number): HostileImage[] => Array.from({ length: Math.floor(99 / step) }, (_, index) => {
    const percent = (index + 1) * step;
    // The last bytes carry little; a decoder may do without.
    return { name: `${name} cut at ${percent} %`, bytes: bytes.slice(0, Math.floor((bytes.length * percent) / 100)), allowed: percent >= 97 ? either : damaged };
  });
  return [...cut('JPEG', jpeg, 1), ...cut('PNG', png, 4), ...cut('WebP', webp, 4)];
}

function bitFlips(seed: number, sound: SoundPictures): HostileImage[] {
  const random = createRandom(seed);
  return Array.from({ length: 90 }, (_, index) => {
    const kind = (['jpeg', 'png', 'webp'] as const)[index % 3]!;
    // A Buffer's slice would be the same memory.
    const bytes = Uint8Array.from(sound[kind]);
    for (let flips = 0; flips < 1 + (index % 20); flips += 1) {
      const at = Math.floor(random() * bytes.length);
      bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8));
    }
    return { name: `${kind} with bits flipped, ${index}`, bytes, allowed: either };
  });
}

/** A PNG chunk with a true checksum: the lie is in what it says. */
function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = bytesOf(kind, data);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return bytesOf(ends.subarray(0, 4), body, ends.subarray(4));
}

function pngOfSize(png: Uint8Array, width: number, height: number): Uint8Array {
  const header = Buffer.from(png.slice(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return bytesOf(png.slice(0, 8), chunk('IHDR', header), png.slice(33));
}

function jpegOfSize(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.findIndex((value, at) => value === 0xff && (bytes[at + 1] === 0xc0 || bytes[at + 1] === 0xc2));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

function lyingHeaders({ jpeg, png }: SoundPictures): HostileImage[] {
  const sizes: [number, number][] = [[65_535, 65_535], [50_000, 50_000], [10_000, 5_101], [0, 0], [0, 10], [1, 65_535], [65_535, 1], [3_000, 2_000], [640, 4_000]];
  return sizes.flatMap(([width, height]) => {
    const bomb = width * height > 50_000_000;
    const allowed = bomb ? ['IMAGE_TOO_LARGE', 'IMAGE_CORRUPT'] : either;
    return [
      { name: `JPEG that claims ${width} × ${height}`, bytes: jpegOfSize(jpeg, width, height), allowed },
      { name: `PNG that claims ${width} × ${height}`, bytes: pngOfSize(png, width, height), allowed },
    ];
  });
}

function wrongTypes(): HostileImage[] {
  const gif = bytesOf('GIF89a', [0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]);
  const files: [string, Uint8Array][] = [
    ['GIF of 65,535 × 65,535', gif], ['text', bytesOf('not a picture')], ['HTML', bytesOf('<!doctype html><script>alert(1)</script>')],
    ['SVG', bytesOf('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>')],
    ['XML', bytesOf('<?xml version="1.0"?><svg/>')], ['PDF', bytesOf('%PDF-1.7\n1 0 obj<<>>endobj\n')], ['TIFF, little', bytesOf('II*\0', [8, 0, 0, 0])],
    ['TIFF, big', bytesOf('MM\0*', [0, 0, 0, 8])], ['BMP', bytesOf('BM', new Uint8Array(52))], ['HEIC', bytesOf([0, 0, 0, 24], 'ftypheic', new Uint8Array(12))],
    ['AVIF', bytesOf([0, 0, 0, 24], 'ftypavif', new Uint8Array(12))], ['ZIP', bytesOf('PK', [3, 4], new Uint8Array(26))], ['MP4', bytesOf([0, 0, 0, 24], 'ftypisom', new Uint8Array(12))],
    ['program', bytesOf([0x7f], 'ELF', new Uint8Array(60))], ['icon', bytesOf([0, 0, 1, 0, 1, 0])], ['Photoshop', bytesOf('8BPS', new Uint8Array(22))],
    ['JPEG XL', bytesOf([0xff, 0x0a, 0, 0])], ['ImageMagick script', bytesOf('push graphic-context\nviewbox 0 0 1 1\n')], ['sound in RIFF', bytesOf('RIFF', [36, 0, 0, 0], 'WAVEfmt ')],
    ['one byte', bytesOf([0xff])], ['two bytes of a JPEG', bytesOf([0xff, 0xd8])],
  ];
  return [
    { name: 'nothing', bytes: new Uint8Array(), allowed: ['IMAGE_EMPTY'] },
    ...files.map(([name, bytes]) => ({ name, bytes, allowed: ['IMAGE_UNSUPPORTED_TYPE'] })),
    { name: 'heading of a JPEG', bytes: bytesOf([0xff, 0xd8, 0xff]), allowed: ['IMAGE_CORRUPT'] },
    { name: 'heading of a PNG', bytes: bytesOf([0x89], 'PNG\r\n', [0x1a, 0x0a]), allowed: ['IMAGE_CORRUPT'] },
    { name: 'heading of a WebP', bytes: bytesOf('RIFF', [4, 0, 0, 0], 'WEBP'), allowed: ['IMAGE_CORRUPT'] },
  ];
}

/** What stands behind the end of a picture is never looked at; what stands before the beginning makes it something else. */
function polyglots({ jpeg, png, webp }: SoundPictures): HostileImage[] {
  const zip = bytesOf('PK', [5, 6], new Uint8Array(18));
  const html = '<html><script>alert(1)</script></html>';
  return [
    { name: 'JPEG and ZIP', bytes: bytesOf(jpeg, zip), allowed: ['taken'] }, { name: 'JPEG and HTML', bytes: bytesOf(jpeg, html), allowed: ['taken'] },
    { name: 'PNG and ZIP', bytes: bytesOf(png, zip), allowed: ['taken'] }, { name: 'PNG and HTML', bytes: bytesOf(png, html), allowed: ['taken'] },
    { name: 'WebP and ZIP', bytes: bytesOf(webp, zip), allowed: either }, { name: 'two JPEGs', bytes: bytesOf(jpeg, jpeg), allowed: ['taken'] },
    { name: 'HTML and JPEG', bytes: bytesOf(html, jpeg), allowed: ['IMAGE_UNSUPPORTED_TYPE'] }, { name: 'ZIP and PNG', bytes: bytesOf(zip, png), allowed: ['IMAGE_UNSUPPORTED_TYPE'] },
  ];
}

function animations({ png }: SoundPictures): HostileImage[] {
  const control = chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
  const webp = bytesOf('RIFF', [34, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'ANIM', [6, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  return [
    { name: 'animated PNG', bytes: bytesOf(png.slice(0, 33), control, png.slice(33)), allowed: ['IMAGE_ANIMATED'] },
    { name: 'animated WebP', bytes: webp, allowed: ['IMAGE_ANIMATED'] },
  ];
}

function heavyParts({ jpeg, progressiveJpeg, png }: SoundPictures): HostileImage[] {
  const segment = (marker: number, start: string): Uint8Array => bytesOf([0xff, marker, 0xff, 0xff], start, new Uint8Array(65_533 - start.length).fill(0x41));
  const many = (marker: number, start: string, count: number): Uint8Array => bytesOf(jpeg.slice(0, 2), ...Array.from({ length: count }, () => segment(marker, start)), jpeg.slice(2));
  const profile = chunk('iCCP', bytesOf('bomb\0\0', deflateSync(Buffer.alloc(30_000_000))));
  const text = chunk('zTXt', bytesOf('Comment\0\0', deflateSync(Buffer.alloc(30_000_000))));
  const lastScan = progressiveJpeg.findLastIndex((value, at) => value === 0xff && progressiveJpeg[at + 1] === 0xda);
  const scan = progressiveJpeg.slice(lastScan, -2);
  return [
    { name: '6 MB of EXIF', bytes: many(0xe1, 'Exif\0\0MM\0*\0\0\0\b', 100), allowed: either },
    { name: '6 MB of colour profile', bytes: many(0xe2, 'ICC_PROFILE\0\x01\x01', 100), allowed: either },
    { name: '6 MB of comments', bytes: many(0xfe, 'hello', 100), allowed: either },
    { name: 'PNG with a profile of 30 MB in 30 kB', bytes: bytesOf(png.slice(0, 33), profile, png.slice(33)), allowed: either },
    { name: 'PNG with a text of 30 MB in 30 kB', bytes: bytesOf(png.slice(0, 33), text, png.slice(33)), allowed: either },
    { name: 'progressive JPEG of 1,000 scans', bytes: bytesOf(progressiveJpeg.slice(0, lastScan), ...Array.from({ length: 1000 }, () => scan), [0xff, 0xd9]), allowed: either },
  ];
}

function noise(seed: number): HostileImage[] {
  const random = createRandom(seed + 1);
  const heads: [string, Uint8Array][] = [['JPEG', bytesOf([0xff, 0xd8, 0xff, 0xe0])], ['PNG', bytesOf([0x89], 'PNG\r\n', [0x1a, 0x0a])], ['WebP', bytesOf('RIFF', [0, 16, 0, 0], 'WEBPVP8 ')]];
  return heads.flatMap(([name, head]) => Array.from({ length: 10 }, (_, index) => ({
    name: `noise that begins as ${name}, ${index}`, bytes: bytesOf(head, Uint8Array.from({ length: 4096 }, () => Math.floor(random() * 256))), allowed: damaged,
  })));
}
