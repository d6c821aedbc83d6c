import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { draw } from '../adapters/images/testing/pictures.ts';
import { type BenchOptions, type Measure, NotRun } from './bench.ts';
import { createRawKeeper, createRawLoop, type Spent } from './raw-loop.ts';
import { sendAll, variant } from './send-pictures.ts';
import { startServingHouse } from './serving-house.ts';

export const name = 'serving beside a raw loop';
export const figure = 'P1';
export const target = '≥ 0.9 × raw sharp + ONNX Runtime, in images per CPU-second; ≥ 0.9 × one that also stores, in images per second';

const sizes = [[227, 227], [640, 480], [2400, 1700]] as const;
/** Requests under way at once. */
const concurrency = 16;

/**
 * `--set images=N`, `--set turns=N`; `--set decode-in-child=no` has serving decode in its own process; `--set profile=FOLDER`
 * writes a CPU profile of serving, and voids the figures.
 */
export async function run({ quick, backbone, set, say }: BenchOptions): Promise<readonly Measure[]> {
  if (backbone === undefined) throw new NotRun('--backbone FILE or BACKBONE_FILE is needed: the ONNX file of the default backbone');
  const bytes = new Uint8Array(readFileSync(backbone));
  const count = Number(set['images'] ?? (quick ? 16 : 120));
  const turns = Number(set['turns'] ?? (quick ? 1 : 5));
  const house = await startServingHouse(bytes, {
    DECODE_IN_CHILD: set['decode-in-child'] ?? 'yes', ...(set['profile'] !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${set['profile']}` }),
  });
  const raw = await createRawLoop(bytes, cpus().length);
  const keeper = createRawKeeper(house.databaseUrl, house.store, house.projectId);
  try {
    const measures: Measure[] = [];
    let made = 0;
    for (const [width, height] of quick ? sizes.slice(1, 2) : sizes) {
      const size = `${width}x${height}`;
      const jpegs = await Promise.all([0.5, 1, 1.5, 2].map((grain) => draw(width, height, grain).jpeg({ quality: 88 }).toBuffer()));
      const batch = (length: number) => Array.from({ length }, () => variant(jpegs[made % jpegs.length]!, made += 1));
      await sendAll(house, batch(2 * concurrency), concurrency);
      await raw.run(batch(8), keeper.keep);
      const sides = { ours: [] as Spent[], raw: [] as Spent[], storing: [] as Spent[] };
      for (let turn = 0; turn < turns; turn += 1) {
        // Whoever runs first has the cooler machine: the order changes from turn to turn.
        const acts = [async () => sides.ours.push(await sendAll(house, batch(count), concurrency)), async () => sides.raw.push(await raw.run(batch(count))), async () => sides.storing.push(await raw.run(batch(count), keeper.keep))];
        for (let at = 0; at < acts.length; at += 1) await acts[(at + turn) % acts.length]!();
        say(`${size}, turn ${turn + 1} of ${turns}: ${(count / sides.ours.at(-1)!.cpuSeconds).toFixed(1)} images per CPU-second, raw ${(count / sides.raw.at(-1)!.cpuSeconds).toFixed(1)}`);
      }
      const perCpu = (spent: readonly Spent[]) => spent.map(({ cpuSeconds }) => count / cpuSeconds);
      const perSecond = (spent: readonly Spent[]) => spent.map(({ seconds }) => count / seconds);
      measures.push(
        { of: `images per CPU-second, ${size}`, ours: perCpu(sides.ours), against: { name: 'raw', samples: perCpu(sides.raw) }, mark: { atLeast: 0.9 } },
        { of: `images per second, ${size}`, ours: perSecond(sides.ours), against: { name: 'raw, storing', samples: perSecond(sides.storing) }, mark: { atLeast: 0.9 } },
      );
    }
    const predictions = await house.database.prediction.count({ where: { projectId: house.projectId, modelVersionId: { in: (await house.database.modelVersion.findMany()).map(({ id }) => id) } } });
    measures.push({ of: 'share of serving’s images that were flagged', ours: [await house.database.reviewItem.count({ where: { projectId: house.projectId } }) / predictions] });
    return measures;
  } finally {
    await raw.close();
    await keeper.close();
    await house.stop();
  }
}
