import { writeFile } from 'node:fs/promises';
import { createOnnxMatrixProducts } from '../../adapters/onnx/matrix-products.ts';
import { houseApi, projectApi } from '../../cli/api.ts';
import { createClient } from '../../cli/client.ts';
import type { CliContext } from '../../cli/context.ts';
import { Refusal, UsageError } from '../../cli/failures.ts';
import { slugOf } from '../../cli/slug.ts';
import type { PeriodFigures } from './accounting.ts';
import { loadStream } from './load.ts';
import type { ReplayOptions } from './options.ts';
import { plotSvg } from './plot.ts';
import { replayPolicy } from './policy.ts';
import { reportText } from './report.ts';
import { runReplay } from './run-replay.ts';

const THREADS = 2;

/** Makes the project, replays the stream into it, and prints the table (or JSON) and the plot's path. */
export async function replayCommand(context: CliContext, given: ReplayOptions & { json?: boolean; plot?: string }): Promise<PeriodFigures[]> {
  const options = { ...given, project: slugOf(given.project) };
  if (options.learn <= 0 || options.learn >= 1) throw new UsageError('--learn must leave something to arrive and something for the exam.');
  const stream = await loadStream(options.stream);
  if (stream.duplicates > 0) context.say(options, `${stream.duplicates} images of the stream repeat earlier ones byte for byte and are left out.`);
  const client = context.client();
  await createFreshProject(client, options, stream.classes);
  const engineer = projectApi(client, options.project);
  const key = await engineer.createKey({ name: 'replay annotator', role: 'annotator' });
  const startedAt = Date.now();
  const figures = await runReplay({
    engineer, stream, annotator: projectApi(createClient({ url: client.url, secret: key.secret }), options.project), products: createOnnxMatrixProducts({ threads: THREADS }),
    now: Date.now, say: (line) => context.say(options, line), progress: (title, total) => context.progress(options, title, total),
  }, options);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  if (given.plot !== undefined) await writeFile(given.plot, plotSvg(`Exam accuracy by period: ${options.project}`, figures));
  context.print(options, { options, seconds, periods: figures, plot: given.plot ?? null }, () => `\n${reportText(figures)}\n\n${seconds} s${given.plot === undefined ? '' : `; plot: ${given.plot}`}`);
  return figures;
}

async function createFreshProject(client: ReturnType<CliContext['client']>, options: ReplayOptions, classes: readonly string[]): Promise<void> {
  try {
    const policy = replayPolicy(options);
    await houseApi(client).createProject({
      slug: options.project, name: options.project, classes: [...classes],
      policy: { ...policy, costs: {}, flagging: { ...policy.flagging, perClass: [] }, gate: { ...policy.gate, listedClasses: [] } },
    });
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'PROJECT_EXISTS')) throw error;
    throw new Refusal(error.code, error.status, `There is a project ${options.project} already, and a replay needs a new one: choose another --project.`);
  }
}
