import { writeFile } from 'node:fs/promises';
import { createOnnxMatrixProducts } from '../../adapters/onnx/matrix-products.ts';
import { houseApi, projectApi } from '../../cli/api.ts';
import { createClient } from '../../cli/client.ts';
import type { CliContext } from '../../cli/context.ts';
import { Refusal, UsageError } from '../../cli/failures.ts';
import { slugOf } from '../../cli/slug.ts';
import type { PeriodFigures } from './accounting.ts';
import { type LoadedStream, loadStream } from './load.ts';
import type { ReplayOptions } from './options.ts';
import { plotSvg } from './plot.ts';
import { poolRuns } from './pool.ts';
import { replayPolicy } from './policy.ts';
import { pooledText, reportText } from './report.ts';
import { runReplay } from './run-replay.ts';

const THREADS = 2;

type Given = ReplayOptions & { json?: boolean; plot?: string };

/** Replays the stream into a project that it makes, once or once a seed, and prints the tables (or JSON) and the plot's path. */
export async function replayCommand(context: CliContext, given: Given): Promise<void> {
  if (given.learn <= 0 || given.learn >= 1) throw new UsageError('--learn must leave something to arrive and something for the exam.');
  const stream = await loadStream(given.stream);
  if (stream.duplicates > 0) context.say(given, `${stream.duplicates} images of the stream repeat earlier ones byte for byte and are left out.`);
  const several = given.seeds ?? [];
  if (several.length < 2) return void (await oneSeed(context, stream, { ...given, seed: several[0] ?? given.seed, project: slugOf(given.project) }));
  const runs = [];
  for (const seed of several) {
    context.say(given, `seed ${seed}`);
    // Each seed's table goes to the terminal as it comes; with --json one object with everything stands at the end.
    const plot = given.plot?.replace(/(\.\w+)?$/, `-s${seed}$1`);
    runs.push(await oneSeed(context, stream, { ...given, seed, plot, project: slugOf(`${given.project}-s${seed}`) }, given.json === true));
  }
  const pooled = poolRuns(runs.map((each) => each.periods));
  context.print(given, { seeds: several, runs, pooled }, () => `\nseeds ${several.join(', ')}\n${pooledText(pooled)}`);
}

async function oneSeed(context: CliContext, stream: LoadedStream, options: Given, quiet = false): Promise<{ options: ReplayOptions; seconds: number; periods: PeriodFigures[]; plot: string | null }> {
  const client = context.client();
  await createFreshProject(client, options, stream.classes);
  const engineer = projectApi(client, options.project);
  const key = await engineer.createKey({ name: 'replay annotator', role: 'annotator' });
  const startedAt = Date.now();
  const periods = await runReplay({
    engineer, stream, annotator: projectApi(createClient({ url: client.url, secret: key.secret }), options.project), products: createOnnxMatrixProducts({ threads: THREADS }),
    now: Date.now, say: (line) => context.say(options, line), progress: (title, total) => context.progress(options, title, total),
  }, options);
  const report = { options, seconds: Math.round((Date.now() - startedAt) / 1000), periods, plot: options.plot ?? null };
  if (options.plot !== undefined) await writeFile(options.plot, plotSvg(`Exam accuracy by period: ${options.project}`, periods));
  if (!quiet) context.print(options, report, () => `\n${reportText(periods)}\n\n${report.seconds} s${options.plot === undefined ? '' : `; plot: ${options.plot}`}`);
  return report;
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
