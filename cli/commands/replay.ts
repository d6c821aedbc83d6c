import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { addVerb, names, share, wholeNumber, wholeNumbers } from '../verb.ts';
import type { ReplayOptions } from '../../demo/replay/options.ts';

/** `perennial replay` */
export function addReplayVerb(program: Command, context: CliContext): void {
  addVerb(program, 'replay', 'drive a labelled stream through the real system, in accelerated time, and say what the loop gained', [
    'replay --project autumn --stream ./stream',
    'replay --project autumn --stream ./stream --seeds 1,2,3',
    'replay --project autumn --stream ./stream --periods leaf,fall,snow --budget 0.2 --plot autumn.svg',
  ])
    .requiredOption('-p, --project <name>', 'name of the project to make; there must be none of that name')
    .requiredOption('--stream <folder>', 'folder with index.csv: path, label, period, and where known camera, captured_at, burst')
    .option('--seed <number>', 'of the split, the order and the annotator’s errors', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--seeds <numbers>', 'several seeds with commas between: a project each (NAME-s1, …), and their figures together', wholeNumbers)
    .option('--learn <share>', 'share of each period that arrives; the rest is the exam', share, 0.6)
    .option('--budget <share>', 'share of the arrivals that people may be asked about', share, 0.25)
    .option('--rounds-per-period <count>', 'review rounds in each period', wholeNumber(1, 100), 3)
    .option('--error-rate <share>', 'how often the simulated annotator answers wrongly', share, 0.02)
    .addOption(new Option('--on-cannot-tell <rule>', 'what happens where the gate cannot tell').choices(['wait', 'promoteIfSuperior']).default('wait'))
    .option('--periods <names>', 'periods and their order, with commas between (default: as they first appear)', names)
    .option('--limit-per-period <count>', 'use only that many images of each period', wholeNumber(10, 1_000_000))
    .option('--plot <file>', 'write the figures as an SVG plot')
    .action(async (options: ReplayOptions & { json?: boolean; plot?: string }) => {
      // Only this verb needs ONNX Runtime, which takes a while to load.
      const { replayCommand } = await import('../../demo/replay/command.ts');
      await replayCommand(context, options);
    });
}
