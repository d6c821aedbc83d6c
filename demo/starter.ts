/**
 * Draws what the demo project starts from: `start/<class>/` of the first season, and `arrivals/` of the next. Pictures that
 * this version of the generator left there are kept; those of another are drawn anew.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { GENERATOR_VERSION } from './generator/scene.ts';
import { writeStream } from './generator/write-stream.ts';

const perPeriod = 240;
const arrivals = 80;

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
if (out === undefined) throw new Error('--out DIR is needed');
const made = join(out, 'version');
if (!existsSync(made) || readFileSync(made, 'utf8') !== GENERATOR_VERSION) await draw(out);

async function draw(out: string): Promise<void> {
  // Only what was drawn here before: the folder may hold other things.
  for (const part of ['version', 'stream', 'start', 'arrivals']) rmSync(join(out, part), { recursive: true, force: true });
  const stream = join(out, 'stream');
  mkdirSync(stream, { recursive: true });
  await writeStream({ out: stream, seed: 7, perPeriod, drawings: 'usual' });
  const rows = parse(readFileSync(join(stream, 'index.csv'), 'utf8'), { columns: true }) as { path: string; label: string; camera: string; period: string }[];
  const [first, second] = [...new Set(rows.map((row) => row.period))];
  for (const row of rows.filter((each) => each.period === first)) {
    mkdirSync(join(out, 'start', row.label), { recursive: true });
    cpSync(join(stream, row.path), join(out, 'start', row.label, basename(row.path)));
  }
  mkdirSync(join(out, 'arrivals'), { recursive: true });
  for (const row of rows.filter((each) => each.period === second).slice(0, arrivals)) cpSync(join(stream, row.path), join(out, 'arrivals', basename(row.path)));
  writeFileSync(join(out, 'README.md'), 'Pictures drawn by a program; they are not photographs.\n');
  // Written at last: where it stands, the folder is whole.
  writeFileSync(made, GENERATOR_VERSION);
}
