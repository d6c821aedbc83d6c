/** Draws what the demo project starts from: `start/<class>/` of the first season, and `arrivals/` of the next. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { writeStream } from './generator/write-stream.ts';

const perPeriod = 240;
const arrivals = 80;

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
if (out === undefined) throw new Error('--out DIR is needed');
const stream = join(out, 'stream');
mkdirSync(stream, { recursive: true });
await writeStream({ out: stream, seed: 7, perPeriod, drawings: 'usual' });
const rows = parse(readFileSync(join(stream, 'index.csv'), 'utf8'), { columns: true }) as { path: string; label: string; camera: string; period: string }[];
const [first, second] = [...new Set(rows.map((row) => row.period))];
for (const row of rows.filter((each) => each.period === first)) {
  mkdirSync(join(out, 'making', row.label), { recursive: true });
  cpSync(join(stream, row.path), join(out, 'making', row.label, basename(row.path)));
}
mkdirSync(join(out, 'arrivals'), { recursive: true });
for (const row of rows.filter((each) => each.period === second).slice(0, arrivals)) cpSync(join(stream, row.path), join(out, 'arrivals', basename(row.path)));
// Named at last: a folder that is there is whole.
rmSync(join(out, 'start'), { recursive: true, force: true });
cpSync(join(out, 'making'), join(out, 'start'), { recursive: true });
rmSync(join(out, 'making'), { recursive: true, force: true });
writeFileSync(join(out, 'README.md'), 'Pictures drawn by a program; they are not photographs.\n');
