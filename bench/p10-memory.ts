import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { type BenchOptions, type Measure, NotRun } from './bench.ts';
import { type ProcessMemory, type StartedHouse, startHouse } from './house-start.ts';

export const name = 'start and memory at rest';
export const figure = 'P10';
export const target = 'first start ≤ 5 min, second ≤ 20 s; our own processes at rest ≤ 600 MB';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Long enough for a start's garbage to be collected where it ever is. */
const restSeconds = 60;

/**
 * Starts the house of this checkout, whose data must be there from an earlier `npm start`. `--set first=yes` also starts
 * a fresh clone with empty caches, which fetches everything.
 */
export async function run({ quick, set, say }: BenchOptions): Promise<readonly Measure[]> {
  if (process.platform !== 'linux') throw new NotRun('memory of other processes is read from /proc');
  if (!existsSync(join(root, '.perennial', 'state.json'))) throw new NotRun('there is no earlier start in .perennial: run npm start once, and end it');
  const first = set['first'] === 'yes' ? [await firstStart(say)] : [];
  const turns = Number(set['turns'] ?? (quick ? 1 : 3));
  const [seconds, memories]: [number[], ReadonlyMap<string, ProcessMemory>[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    const house = await startHouse(root, environment());
    try {
      seconds.push(house.seconds);
      await wait((quick ? 5 : restSeconds) * 1000);
      memories.push(house.memory());
    } finally {
      await house.stop();
    }
    say(`start ${turn + 1} of ${turns}: ${house.seconds.toFixed(1)} s, ${[...memories.at(-1)!].map(([which, { proportional }]) => `${which} ${proportional.toFixed(0)}`).join(', ')} MB`);
  }
  const sum = (names: readonly string[], kind: keyof ProcessMemory): number[] => memories.map((each) => names.reduce((total, which) => total + (each.get(which)?.[kind] ?? NaN), 0));
  const ours = ['api', 'serve', 'decoding-child', 'worker'];
  return [
    ...first,
    { of: 'seconds of a second start', ours: seconds, mark: { atMost: 20 } },
    { of: 'MB at rest, api + serving with its decoder + worker', ours: sum(ours, 'proportional'), mark: { atMost: 600 } },
    { of: 'MB at rest, with the supervisor of npm start', ours: sum([...ours, 'start'], 'proportional') },
    { of: 'MB at rest, api + serving with its decoder + worker, what they share counted in each', ours: sum(ours, 'resident') },
    ...[...ours, 'start'].map((which) => ({ of: `MB at rest, ${which}`, ours: sum([which], 'proportional') })),
  ];
}

/** Without npm's own variables, which the bench was started with. */
const environment = (): Record<string, string | undefined> => Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('npm_') && key !== 'NODE_OPTIONS'));

async function firstStart(say: BenchOptions['say']): Promise<Measure> {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-first-start-'));
  try {
    say('first start: everything is fetched');
    execFileSync('git', ['clone', '--quiet', root, folder]);
    const { PERENNIAL_TOOLS_DIR: _tools, BACKBONE_FILE: _backbone, ...bare } = environment();
    const house: StartedHouse = await startHouse(folder, { ...bare, npm_config_cache: join(folder, '.npm-cache') });
    await house.stop();
    return { of: 'seconds of a first start', ours: [house.seconds], mark: { atMost: 300 } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
