/** Makes the synthetic trail-camera stream: `node demo/generate.ts --out DIR`. */
import { parseArgs } from 'node:util';
import { LABELS } from './generator/species.ts';
import { SEASONS } from './generator/season.ts';
import { writeStream } from './generator/write-stream.ts';

const HELP = `Makes a synthetic year of trail-camera pictures, the same for the same seed.

Usage: node demo/generate.ts --out DIR [--seed 1] [--per-period 600] [--held-out-icons] [--json]

  --out DIR          folder for the pictures, index.csv and README.md (made if missing)
  --seed N           whole number; names the year (default 1)
  --per-period N     pictures in each of ${SEASONS.join(', ')} (default 600, at most 100000)
  --held-out-icons   use the drawings that were not seen while the generator was tuned
  --json             print the summary as one line of JSON
  --help             print this

Labels: ${LABELS.join(', ')}. The pictures are drawn by a program; they are not photographs.
Exit status: 0 done, 1 could not write, 2 wrong arguments.
`;

class UsageError extends Error {}

const wholeNumber = (text: string, option: string, low: number, high: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) throw new UsageError(`${option} takes a whole number from ${low} to ${high}, not "${text}".`);
  return value;
};

const readArguments = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' }, seed: { type: 'string', default: '1' }, 'per-period': { type: 'string', default: '600' },
        'held-out-icons': { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const main = async (args: readonly string[]): Promise<void> => {
  const given = readArguments(args);
  if (given.help) {
    process.stdout.write(HELP);
    return;
  }
  if (given.out === undefined || given.out === '') throw new UsageError('--out DIR is needed.');
  const summary = await writeStream({
    out: given.out, seed: wholeNumber(given.seed, '--seed', 0, 2 ** 31 - 1), perPeriod: wholeNumber(given['per-period'], '--per-period', 1, 100_000),
    drawings: given['held-out-icons'] ? 'heldOut' : 'usual',
    ...(given.json || !process.stderr.isTTY ? {} : { onProgress: (done: number, total: number) => process.stderr.write(`\r${done} of ${total} pictures`) }),
  });
  if (given.json) process.stdout.write(`${JSON.stringify({ ...summary, out: given.out })}\n`);
  else process.stdout.write(`\n${summary.images} pictures in ${summary.bursts} bursts, ${summary.seconds} s (${summary.imagesPerSecond} a second)\nindex.csv sha256 ${summary.indexSha256}\n`);
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${error instanceof UsageError ? 'See --help.\n' : ''}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
