import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createContext } from '../platform/context.ts';
import { installedTrainer } from '../platform/trainer.ts';
import { type BenchOptions, type Measure, NotRun } from './bench.ts';

export const name = 'full retrain’s loop';
export const figure = 'P5';
export const target = 'the epoch loop takes ≤ 1.05 × the CPU-seconds of a plain PyTorch loop that does the same, 10 alternating pairs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

interface Turn { readonly ours: number; readonly plain: number; readonly oursOnce: number }

/** `--set turns=N`, `--set images=N` a turn and side, `--set side=PIXELS`. One thread, so that CPU-seconds are seconds of a free core. */
export async function run({ quick, backbone, set, say }: BenchOptions): Promise<readonly Measure[]> {
  const context = createContext({ root, stateDir: join(root, '.perennial'), environment: { ...process.env }, preferredPorts: false });
  const python = installedTrainer(context);
  if (python === undefined) throw new NotRun('there is no PyTorch here: npx perennial trainer install');
  if (backbone === undefined) throw new NotRun('no --backbone FILE');
  const options = { turns: set['turns'] ?? (quick ? '1' : '10'), images: set['images'] ?? (quick ? '160' : '320'), side: set['side'] ?? '128' };
  const child = spawn(python, ['trainer/bench_loop.py', '--backbone', backbone, ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])], {
    cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PYTHONPATH: join(root, 'trainer'), PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' },
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const turns: Turn[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const turn = JSON.parse(line) as Turn;
    turns.push(turn);
    say(`turn ${turns.length} of ${options.turns}: ours ${turn.ours.toFixed(2)} CPU-seconds, plain ${turn.plain.toFixed(2)}`);
  }
  if ((await ended) !== 0) throw new Error('the loops did not end well; what they said stands above');
  return [
    { of: `CPU-seconds of the loop, ${Number(options.images) * 4 / 5} pictures at ${options.side} px`, ours: turns.map(({ ours }) => ours), against: { name: 'plain PyTorch', samples: turns.map(({ plain }) => plain) }, mark: { atMost: 1.05 } },
    { of: 'CPU-seconds of what happens once, with a checkpoint', ours: turns.map(({ oursOnce }) => oursOnce) },
  ];
}
