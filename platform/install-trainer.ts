import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext } from './context.ts';
import { oneLine } from './setup-error.ts';
import { deviceHere, ensureFamily, ensureTrainer, installedTrainer, type TrainerDevice } from './trainer.ts';

/** `node platform/install-trainer.ts [cpu|cuda]`: installs PyTorch for full retrains and prints the Python that has it. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const asked = process.argv[2];
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
const context = createContext({ root, environment: process.env, abort: abort.signal });
const device: TrainerDevice = asked === 'cpu' || asked === 'cuda' ? asked : deviceHere(context);
process.exitCode = await install().catch((error: unknown) => {
  console.error(oneLine(error));
  return 1;
});

async function install(): Promise<number> {
  const before = installedTrainer(context);
  const say = (line: string): void => console.error(line);
  const python = before !== undefined && asked === undefined ? before : await ensureTrainer(context, device, say);
  await ensureFamily(context, python, say);
  return done(python, before === python ? 'is installed already' : 'is installed');
}

function done(python: string, words: string): number {
  console.error(`PyTorch ${words}.`);
  console.log(python);
  return 0;
}
