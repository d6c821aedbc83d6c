/** `npm run demo`: makes the synthetic trail-camera year where it is missing, and replays it through the running system. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createContext } from '../cli/context.ts';
import { describeFailure, UsageError } from '../cli/failures.ts';
import { replayCommand } from './replay/command.ts';
import { GENERATOR_VERSION } from './generator/scene.ts';
import { writeStream } from './generator/write-stream.ts';

const HELP = `Replays a synthetic trail-camera year through the running system (npm start brings it up in another terminal).

Usage: npm run demo -- [--seed 1] [--per-period 600] [--held-out-icons] [--project NAME] [--on-cannot-tell wait|promoteIfSuperior]

The pictures are drawn by a program; they are not photographs. They are made once and kept in .perennial/demo-stream-….
`;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

async function main(args: readonly string[]): Promise<void> {
  const { values } = read(args);
  if (values.help) return void process.stdout.write(HELP);
  const [seed, perPeriod] = [whole(values.seed, '--seed'), whole(values['per-period'], '--per-period')];
  const onCannotTell = values['on-cannot-tell'];
  if (onCannotTell !== 'wait' && onCannotTell !== 'promoteIfSuperior') throw new UsageError('--on-cannot-tell is wait or promoteIfSuperior.');
  const stream = await ensureStream(seed, perPeriod, values['held-out-icons']);
  const project = values.project ?? `demo-${new Date().toISOString().replace(/[^0-9]/g, '').slice(2, 14)}`;
  // The credential is the one that npm start leaves in the project folder.
  const context = createContext({ environment: {}, folder: root, projectFolder: root, out: (text) => void process.stdout.write(`${text}\n`), err: process.stderr });
  await mkdir(join(root, '.perennial'), { recursive: true });
  await replayCommand(context, { project, stream, seed, learn: 0.6, budget: 0.25, roundsPerPeriod: 3, errorRate: 0.02, onCannotTell, plot: join(root, '.perennial', `${project}.svg`) });
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' }, 'per-period': { type: 'string', default: '600' }, 'held-out-icons': { type: 'boolean', default: false }, project: { type: 'string' },
        'on-cannot-tell': { type: 'string', default: 'wait' }, help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} npm run demo -- --help shows what there is.`);
  }
}

function whole(text: string, option: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`${option} takes a whole number.`);
  return Number(text);
}

/** The stream's folder; made beside its place and moved when whole, so that an interrupted run leaves nothing half done. */
async function ensureStream(seed: number, perPeriod: number, heldOut: boolean): Promise<string> {
  const folder = join(root, '.perennial', `demo-stream-${GENERATOR_VERSION}-${seed}-${perPeriod}${heldOut ? '-held-out' : ''}`);
  if (existsSync(join(folder, 'index.csv'))) return folder;
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  process.stderr.write('Drawing the pictures …\n');
  await writeStream({ out: part, seed, perPeriod, drawings: heldOut ? 'heldOut' : 'usual' });
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
  return folder;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { sentence, code, exitCode } = describeFailure(error);
  process.stderr.write(`${code === null ? '' : `${code}: `}${sentence}\n`);
  process.exitCode = exitCode;
}
