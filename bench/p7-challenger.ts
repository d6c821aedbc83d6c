import { readFileSync } from 'node:fs';
import { draw } from '../adapters/images/testing/pictures.ts';
import type { BenchOptions, Measure } from './bench.ts';
import { runHindsight } from './hindsight.ts';
import { sendAll, variant } from './send-pictures.ts';
import { startServingHouse } from './serving-house.ts';

export const name = 'a light challenger: shadow and hindsight';
export const figure = 'P7';
export const target = 'in shadow over all traffic ≤ 2 % more CPU-seconds of serving; over 100,000 stored embeddings of 1,280 numbers in ≤ 5 s, by week and camera';

/** Requests under way at once. */
const concurrency = 16;

/** `--set part=shadow` or `part=hindsight` runs one half; `shadow-images=N` and `shadow-turns=N`, `images=N` and `turns=N` size them. */
export async function run(options: BenchOptions): Promise<readonly Measure[]> {
  const { set } = options;
  const shadow = set['part'] === 'hindsight' ? [] : await runShadow(options);
  return [...shadow, ...(set['part'] === 'shadow' ? [] : await runHindsight(options))];
}

/** The same serving process, in turn with a challenger that sees all traffic and with one that sees none. */
async function runShadow({ quick, backbone, set, say }: BenchOptions): Promise<readonly Measure[]> {
  if (backbone === undefined) {
    say('the shadow half is not run: --backbone FILE or BACKBONE_FILE is needed, the ONNX file of the default backbone');
    return [];
  }
  const count = Number(set['shadow-images'] ?? (quick ? 16 : 80));
  const turns = Number(set['shadow-turns'] ?? (quick ? 1 : 41));
  const house = await startServingHouse(new Uint8Array(readFileSync(backbone)));
  try {
    const sees = await house.challenge();
    const jpegs = await Promise.all([0.5, 1, 1.5, 2].map((grain) => draw(640, 480, grain).jpeg({ quality: 88 }).toBuffer()));
    let made = 0;
    const spend = async (shadowed: boolean): Promise<number> => {
      await sees(shadowed);
      return (await sendAll(house, Array.from({ length: count }, () => variant(jpegs[made % jpegs.length]!, made += 1)), concurrency)).cpuSeconds;
    };
    await spend(true);
    const sides = { with: [] as number[], without: [] as number[] };
    for (let turn = 0; turn < turns; turn += 1) {
      // Whoever runs first has the cooler machine: the order changes from turn to turn.
      for (const side of turn % 2 === 0 ? ['without', 'with'] as const : ['with', 'without'] as const) sides[side].push(await spend(side === 'with'));
      say(`turn ${turn + 1} of ${turns}: ${sides.with.at(-1)!.toFixed(2)} CPU-seconds with a challenger in shadow, ${sides.without.at(-1)!.toFixed(2)} without`);
    }
    const seen = (await house.database.shadowCount.findMany()).reduce((sum, row) => sum + row.seen, 0);
    if (seen < count * turns) throw new Error(`The challenger saw ${seen} images of at least ${count * turns}.`);
    return [
      { of: `CPU-seconds of serving for ${count} images of 640x480`, ours: sides.with, against: { name: 'no shadow', samples: sides.without }, mark: { atMost: 1.02 } },
      { of: 'rows of a shadow kept, for 1,000 images', ours: [1000 * (await house.database.shadowAnswer.count()) / seen] },
    ];
  } finally {
    await house.stop();
  }
}
