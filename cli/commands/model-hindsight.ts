import type { Command } from 'commander';
import type { HindsightCellReply } from '../../contracts/models.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { addProjectVerb, share, wholeNumber } from '../verb.ts';

interface Options {
  readonly json?: boolean;
  readonly project?: string;
  readonly confidenceMin?: number;
  readonly marginMin?: number;
  readonly imagesMax?: number;
}

/** `perennial model hindsight [version]` */
export function addModelHindsightVerb(noun: Command, context: CliContext): void {
  addProjectVerb(noun, 'hindsight [version]', 'what a version, or other thresholds, would have done with images that came already, by week and camera', [
    'model hindsight 7 --project fox-cameras', 'model hindsight --confidence-min 0.9',
  ])
    .option('--confidence-min <share>', 'flag below this confidence, instead of the policy’s', share)
    .option('--margin-min <share>', 'flag below this margin, instead of the policy’s', share)
    .option('--images-max <number>', 'the newest so many images (100000)', wholeNumber(1, 200_000))
    .action(async (version: string | undefined, { confidenceMin, marginMin, imagesMax, ...options }: Options) => {
      const number = version === undefined ? undefined : wholeNumber(1, 2 ** 31 - 1)(version);
      const { api } = await context.project(options.project);
      const reply = await api.hindsight({
        ...(number !== undefined && { version: number }), ...(imagesMax !== undefined && { imagesMax }),
        flagging: { ...(confidenceMin !== undefined && { confidenceMin }), ...(marginMin !== undefined && { marginMin }) },
      });
      context.print(options, reply, () => [
        `Version ${reply.version} on ${reply.all.images} images; ${reply.all.changed} would be answered differently.${reply.notEmbedded === 0 ? '' : ` ${reply.notEmbedded} have no embedding of its backbone and are left out.`}`,
        'Accuracy is estimated on the audit sample alone, with its 95 % interval.', '',
        tableOf('week', [...reply.weeks.map(({ week, ...cell }) => [week, cell] as const), ['all', reply.all] as const]), '',
        tableOf('camera', reply.cameras.map(({ camera, ...cell }) => [camera ?? 'none', cell] as const)),
      ].join('\n'));
    });
}

type Side = HindsightCellReply['was'];
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const accuracy = ({ audited }: Side): string | null => (audited === null ? null : `${percent(audited.right / audited.of)} (${(100 * audited.lower).toFixed(0)}–${(100 * audited.upper).toFixed(0)}, n ${audited.of})`);

function tableOf(heading: string, cells: readonly (readonly [string, HindsightCellReply])[]): string {
  return renderTable([heading, 'images', 'changed', 'accuracy then', 'accuracy now', 'flagged then', 'flagged now', 'cost then', 'cost now'], cells.map(([name, { images, changed, was, wouldBe }]) => [
    name, images, changed, accuracy(was), accuracy(wouldBe), percent(images === 0 ? 0 : was.flagged / images), percent(images === 0 ? 0 : wouldBe.flagged / images), was.expectedCost.toFixed(3), wouldBe.expectedCost.toFixed(3),
  ]));
}
