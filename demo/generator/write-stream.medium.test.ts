import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import ExifReader from 'exifreader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRenderer } from './render.ts';
import { describeYear } from './scene.ts';
import { writeStream, type StreamSummary } from './write-stream.ts';

type Row = { path: string; label: string; camera: string; captured_at: string; period: string; burst: string };

let root: string;
let summary: StreamSummary;
const folder = (name: string): string => path.join(root, name);

/** One digest over every file of a stream, by name. */
const digestOf = async (name: string): Promise<string> => {
  const files = (await readdir(folder(name), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)).sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.relative(folder(name), file)).update(await readFile(file));
  return hash.digest('hex');
};

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'stream-'));
  summary = await writeStream({ out: folder('one'), seed: 1, perPeriod: 12, drawings: 'usual' });
  await writeStream({ out: folder('again'), seed: 1, perPeriod: 12, drawings: 'usual' });
  await writeStream({ out: folder('two'), seed: 2, perPeriod: 12, drawings: 'usual' });
  await writeStream({ out: folder('held'), seed: 1, perPeriod: 12, drawings: 'heldOut' });
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a written stream', () => {
  it('is the same, byte for byte, for the same seed, and another for another seed or other drawings', async () => {
    const digest = await digestOf('one');
    expect(await digestOf('again')).toBe(digest);
    expect(await digestOf('two')).not.toBe(digest);
    expect(await digestOf('held')).not.toBe(digest);
  });

  it('has one readable 320 × 240 JPEG for each row, with its time and camera model in EXIF', async () => {
    const rows = parse<Row>(await readFile(path.join(folder('one'), 'index.csv')), { columns: true });
    expect(rows).toHaveLength(48);
    for (const row of rows) {
      const tags = ExifReader.load(await readFile(path.join(folder('one'), row.path)));
      expect(tags['Image Width']?.value).toBe(320);
      expect(tags['Image Height']?.value).toBe(240);
      expect(tags.DateTimeOriginal?.description).toBe(row.captured_at.replaceAll('-', ':').replace('T', ' '));
      expect(tags.Model?.description).toMatch(/^Perennial Demo TC-/);
    }
  });

  it('says how much it wrote and that nothing in it is real', async () => {
    expect(summary).toMatchObject({ images: 48, version: expect.stringMatching(/^trail-/) as unknown });
    expect(summary.indexSha256).toBe(createHash('sha256').update(await readFile(path.join(folder('one'), 'index.csv'))).digest('hex'));
    const readme = await readFile(path.join(folder('one'), 'README.md'), 'utf8');
    expect(readme).toContain('No animal and no place in them is real');
    expect(readme).toContain('MIT');
  });

  it('takes infrared pictures in grey and day pictures in colour', async () => {
    const renderer = createRenderer();
    const { default: sharp } = await import('sharp');
    const scenes = describeYear({ seed: 1, perPeriod: 40, drawings: 'usual' });
    const colourfulness = async (kind: 'day' | 'infrared'): Promise<number> => {
      const scene = scenes.find((one) => one.light.kind === kind && one.season !== 'snow' && one.weather === 'clear' && one.lens.dust < 0.1);
      if (scene === undefined) throw new Error(`no ${kind} picture`);
      const pixels = await sharp(await renderer.render(scene)).raw().toBuffer();
      let spread = 0;
      for (let at = 0; at < pixels.length; at += 3) spread += Math.max(...pixels.subarray(at, at + 3)) - Math.min(...pixels.subarray(at, at + 3));
      return spread / (pixels.length / 3);
    };
    expect(await colourfulness('infrared')).toBeLessThan(2);
    expect(await colourfulness('day')).toBeGreaterThan(30);
  });
});

describe('the command', () => {
  const run = promisify(execFile);
  const command = path.resolve(import.meta.dirname, '../generate.ts');

  it('prints one line of JSON', async () => {
    const { stdout } = await run(process.execPath, [command, '--out', folder('cli'), '--seed', '1', '--per-period', '12', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ images: 48, indexSha256: summary.indexSha256 });
    expect(await digestOf('cli')).toBe(await digestOf('one'));
  }, 60_000);

  it.each([[['--seed', '-1', '--out', 'x']], [['--per-period', '0', '--out', 'x']], [[]], [['--colour']]])('refuses %j with status 2 and one sentence', async (args) => {
    const failure = await run(process.execPath, [command, ...args]).then(() => null, (error: unknown) => error as { code: number; stderr: string });
    expect(failure?.code).toBe(2);
    expect(failure?.stderr).not.toContain('    at ');
    expect(failure?.stderr).toContain('See --help.');
  }, 60_000);
});
