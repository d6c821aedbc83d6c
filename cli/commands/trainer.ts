import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliContext } from '../context.ts';
import { CommandFailed, UsageError } from '../failures.ts';
import { addNoun, addVerb } from '../verb.ts';

const installer = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'platform', 'install-trainer.ts');
type Options = { readonly json?: boolean; readonly device?: string };

/** `perennial trainer install` */
export function addTrainerVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'trainer', 'PyTorch on this machine, for full retrains');
  addVerb(noun, 'install', 'install PyTorch (0.6 GB to download without an NVIDIA card, 3 GB with one); a running npm start goes on with it', ['trainer install', 'trainer install --device cpu'])
    .option('--device <cpu|cuda>', 'which PyTorch; chosen by what this machine has where it is left out')
    .action(async (options: Options) => {
      if (options.device !== undefined && options.device !== 'cpu' && options.device !== 'cuda') throw new UsageError('--device is cpu or cuda.');
      const python = await install(options.device === undefined ? [] : [options.device], (line) => context.say(options, line));
      context.print(options, { python }, () => 'Full retrains can run on this machine: perennial retrain full');
    });
}

/** The set-up belongs to platform/, which the terminal does not import: it is run as what it is, a program. */
function install(args: readonly string[], say: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', installer, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let last = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { printed += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each.trim() !== '')) say(last = line);
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(printed.trim()) : reject(new CommandFailed(last === '' ? 'PyTorch could not be installed.' : last))));
  });
}
