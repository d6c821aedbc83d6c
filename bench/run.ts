// npm run bench [-- p1 p4 …] [--quick] [--json FILE] [--backbone FILE] [--set name=value] [--list]
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, NotRun } from './bench.ts';
import { summaryOf, tableRow } from './summary.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false }, list: { type: 'boolean', default: false },
    json: { type: 'string' }, backbone: { type: 'string' }, set: { type: 'string', multiple: true, default: [] },
  },
});

/** Every bench of this folder, in the order of its figures; what is not asked for is not loaded. */
async function benches(wanted: readonly string[]): Promise<Bench[]> {
  const files = readdirSync(folder).flatMap((name) => {
    const [, number] = /^p(\d+)-[a-z-]+\.ts$/.exec(name) ?? [];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  }).toSorted((a, b) => a.number - b.number);
  const unknown = wanted.find((each) => !files.some(({ number }) => `p${number}` === each.toLowerCase()));
  if (unknown !== undefined) throw new Error(`There is no bench for ${unknown}. There is: ${files.map(({ number }) => `p${number}`).join(', ')}.`);
  const chosen = files.filter(({ number }) => wanted.length === 0 || wanted.some((each) => each.toLowerCase() === `p${number}`));
  return Promise.all(chosen.map(({ name }) => import(join(folder, name)) as Promise<Bench>));
}

async function measure(bench: Bench) {
  const { figure, name, target } = bench;
  const say = (line: string): void => { process.stderr.write(`${figure} ${line}\n`); };
  const set = Object.fromEntries(values.set.map((each) => [each.split('=')[0]!, each.slice(each.indexOf('=') + 1)]));
  try {
    const measures = await bench.run({ quick: values.quick, backbone: values.backbone ?? process.env['BACKBONE_FILE'], set, say });
    return { figure, name, target, measures, summaries: measures.map(summaryOf) };
  } catch (error) {
    say(error instanceof NotRun ? `not run: ${error.message}` : `failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (!(error instanceof NotRun)) process.exitCode = 1;
    return { figure, name, target, measures: [], summaries: [], notRun: error instanceof Error ? error.message : String(error) };
  }
}

const chosen = await benches(positionals);
if (values.list) console.table(chosen.map(({ figure, name, target }) => ({ figure, name, target })));
else {
  const results: Awaited<ReturnType<typeof measure>>[] = [];
  // One after another: two benches at once would measure each other.
  for (const bench of chosen) results.push(await measure(bench));
  const rows = results.flatMap(({ figure, name, measures, summaries, notRun }) => (notRun !== undefined
    ? [{ figure, measure: name, ours: 'not run' }] : summaries.map((summary, at) => tableRow(figure, summary, measures[at]?.mark))));
  console.table(rows);
  if (values.quick) console.log('A quick run shows that the benches work. Its numbers are not figures.');
  const report = { at: new Date().toISOString(), quick: values.quick, machine: { processor: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }, results };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
