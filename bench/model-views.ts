import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createSharpReader } from '../adapters/images/sharp-reader.ts';
import { defaultPreprocessing } from '../domain/preprocessing.ts';

/**
 * `node bench/model-views.ts SET OUT`: the pictures that training reads, made by the product's own reader from a folder with
 * `index.csv` (path, label, period), as `trainer/measure_full.py` takes them: OUT/rows.jsonl and the views it names.
 */
const [set, out] = process.argv.slice(2);
if (set === undefined || out === undefined) throw new Error('node bench/model-views.ts SET OUT');
const [header, ...lines] = readFileSync(join(set, 'index.csv'), 'utf8').trim().split('\n');
const columns = header!.split(',');
const at = (line: readonly string[], name: string): string => line[columns.indexOf(name)] ?? '';
const reader = createSharpReader();
mkdirSync(join(out, 'views'), { recursive: true });
const rows: string[] = [];
for (const line of lines.map((each) => each.split(','))) {
  const path = at(line, 'path');
  const { bytes } = await reader.modelView(readFileSync(join(set, path)), defaultPreprocessing);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(out, 'views', `${sha256}.png`), bytes);
  // Two pictures of one spot, once good and once not, are near copies.
  const burst = `${at(line, 'period')}/${at(line, 'label')}/${basename(path)}`.replace(/\/(?:good|defect)\/(.*)_(?:good|defect)\.[a-z]+$/, '/$1');
  rows.push(JSON.stringify({ path, label: at(line, 'label'), period: at(line, 'period'), burst, view: `views/${sha256}.png`, sha256 }));
}
writeFileSync(join(out, 'rows.jsonl'), `${rows.join('\n')}\n`);
console.log(`${rows.length} views in ${out}`);
