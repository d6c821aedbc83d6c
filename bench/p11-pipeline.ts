import { readFileSync } from 'node:fs';
import { draw } from '../adapters/images/testing/pictures.ts';
import { type BenchOptions, type Measure, NotRun } from './bench.ts';
import { type ServingHouse, startServingHouse } from './serving-house.ts';
import { sendAll, variant } from './send-pictures.ts';

export const name = 'batched and pipelined beside one at a time';
export const figure = 'P11';
export const target = 'as it comes: throughput and processor time of serving with and without batches, one request at a time and sixteen';

/** Requests under way, and whether inference may join them. */
const ways = [
  { say: 'one at a time, no batches', concurrency: 1, batches: false },
  { say: 'sixteen at a time, no batches', concurrency: 16, batches: false },
  { say: 'sixteen at a time, batches', concurrency: 16, batches: true },
] as const;

/** `--set images=N`, `--set turns=N`. The other side of each ratio is the first way. */
export async function run({ quick, backbone, set, say }: BenchOptions): Promise<readonly Measure[]> {
  if (backbone === undefined) throw new NotRun('--backbone FILE or BACKBONE_FILE is needed: the ONNX file of the default backbone');
  const bytes = new Uint8Array(readFileSync(backbone));
  const count = Number(set['images'] ?? (quick ? 12 : 100));
  const turns = Number(set['turns'] ?? (quick ? 1 : 5));
  const houses: ServingHouse[] = [];
  try {
    for (const batchSizeMax of ['1', '4']) houses.push(await startServingHouse(bytes, { BATCH_SIZE_MAX: batchSizeMax }));
    const jpeg = await draw(640, 480).jpeg({ quality: 88 }).toBuffer();
    let made = 0;
    const pictures = (length: number) => Array.from({ length }, () => variant(jpeg, made += 1));
    for (const house of houses) await sendAll(house, pictures(20), 4);
    const perSecond: number[][] = ways.map(() => []);
    const perCpu: number[][] = ways.map(() => []);
    for (let turn = 0; turn < turns; turn += 1) {
      for (let step = 0; step < ways.length; step += 1) {
        const at = (step + turn) % ways.length;
        const { concurrency, batches } = ways[at]!;
        const spent = await sendAll(houses[batches ? 1 : 0]!, pictures(count), concurrency);
        perSecond[at]!.push(count / spent.seconds);
        perCpu[at]!.push(count / spent.cpuSeconds);
      }
      say(`turn ${turn + 1} of ${turns}: ${ways.map((way, at) => `${way.say} ${perSecond[at]!.at(-1)!.toFixed(1)}/s`).join('; ')}`);
    }
    return ways.slice(1).flatMap((way, at): Measure[] => [
      { of: `images per second, ${way.say}`, ours: perSecond[at + 1]!, against: { name: ways[0].say, samples: perSecond[0]! } },
      { of: `images per CPU-second, ${way.say}`, ours: perCpu[at + 1]!, against: { name: ways[0].say, samples: perCpu[0]! } },
    ]);
  } finally {
    for (const house of houses) await house.stop();
  }
}
