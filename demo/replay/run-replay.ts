import type { ProjectApi } from '../../cli/api.ts';
import type { MatrixProducts } from '../../domain/matrix-products.ts';
import { figuresOf, type PeriodFigures } from './accounting.ts';
import { ask, type AskDeps, askWithEmbeddings } from './ask.ts';
import { createDraw } from './draw.ts';
import { type KnownEmbedding, labelEverything } from './everything.ts';
import { type ChunkLearnt, learnFromChunk } from './learn-chunk.ts';
import type { LoadedStream } from './load.ts';
import type { ReplayOptions } from './options.ts';
import { type PlannedImage, type PlannedPeriod, planReplay } from './plan.ts';
import { sendArrivals, startCold } from './send.ts';

export interface ReplayDeps {
  /** The project that was made for this replay, as an engineer and as an annotator. */
  readonly engineer: ProjectApi;
  readonly annotator: ProjectApi;
  readonly stream: LoadedStream;
  readonly products: MatrixProducts;
  readonly now: () => number;
  readonly say: (line: string) => void;
  readonly progress: (title: string, total: number) => { step(): void; end(): void };
}

/**
 * Drives a stream through the real system from outside and counts, period by period.
 * The first period's arrivals are the labelled start; the truth of every later image stays in this process.
 * @returns one entry a period, in order
 */
export async function runReplay(deps: ReplayDeps, options: ReplayOptions): Promise<PeriodFigures[]> {
  const draw = createDraw(options.seed);
  const periods = planReplay(deps.stream.images, { learn: options.learn, chunks: options.roundsPerPeriod, periods: options.periods, limitPerPeriod: options.limitPerPeriod, draw });
  const run = createRun(deps, options, draw);
  const figures: PeriodFigures[] = [];
  for (const [position, period] of periods.entries()) {
    deps.say(`${period.name}: ${period.chunks.flat().length} arrivals, ${period.exam.length} exam images`);
    const taken = position === 0 ? await run.start(period) : await run.live(period);
    figures.push(figuresOf({ period: period.name, arrivals: period.chunks.flat().length, ...taken, exam: await run.examine(period, position === 0) }));
  }
  return figures;
}

function createRun(deps: ReplayDeps, options: ReplayOptions, draw: (text: string) => number) {
  const { engineer: api, stream } = deps;
  const classIdOf = (label: string): number => stream.classes.indexOf(label);
  const truth = new Map<string, number>();
  const known: KnownEmbedding[] = [];
  let first = 0;
  const counting = async <T>(title: string, total: number, work: (step: () => void) => Promise<T>): Promise<T> => {
    const bar = deps.progress(title, total);
    try {
      return await work(() => bar.step());
    } finally {
      bar.end();
    }
  };
  const asking = (step: () => void): AskDeps => ({ api, stream, classIdOf, progress: step });
  const annotator = { api: deps.annotator, truthOf: (imageId: string) => truth.get(imageId), draw, errorRate: options.errorRate, classes: stream.classes.length };

  return {
    async start(period: PlannedPeriod) {
      const images = period.chunks.flat();
      first = await counting('  storing', images.length, (step) => startCold({ api, stream, project: options.project, progress: step, say: deps.say }, images));
      return { onArrival: null, reviewed: 0, refused: 0, rounds: 0, versions: 1, promotions: 1, onCannotTell: 0, notes: [] };
    },

    async live(period: PlannedPeriod) {
      const sum = { onArrival: { right: 0, of: 0 }, reviewed: 0, refused: 0, rounds: 0, versions: 0, promotions: 0, onCannotTell: 0, notes: [] as string[] };
      const reviewed = new Set<string>();
      for (const [at, chunk] of period.chunks.entries()) {
        const arrived = await counting('  arriving', chunk.length, (step) => sendArrivals({ api, stream, project: options.project, progress: step }, chunk, classIdOf, (id, classId) => truth.set(id, classId)));
        const learnt = await learnFromChunk({ api, annotator, say: deps.say, onCannotTell: options.onCannotTell }, `replay: ${period.name}, part ${at + 1}`, Math.floor(options.budget * chunk.length));
        sum.onArrival = { right: sum.onArrival.right + arrived.right, of: sum.onArrival.of + arrived.of };
        sum.refused += arrived.refused;
        learnt.reviewed.forEach((id) => reviewed.add(id));
        addCounts(sum, learnt, at);
      }
      return { ...sum, reviewed: reviewed.size };
    },

    async examine(period: PlannedPeriod, isFirst: boolean) {
      const arrivals: readonly PlannedImage[] = period.chunks.flat();
      const { exam } = period;
      const { known: embedded } = await counting('  embedding', arrivals.length, (step) => askWithEmbeddings(asking(step), arrivals, first));
      known.push(...embedded);
      const fixed = await counting('  exam, static', exam.length, (step) => askWithEmbeddings(asking(step), exam, first));
      const loop = isFirst ? fixed : await counting('  exam, loop', exam.length, (step) => ask(asking(step), exam));
      const everything = await labelEverything({ products: deps.products, now: deps.now }, known, fixed.known, stream.classes.length, options.seed);
      return exam.map(({ path }, at) => ({ path, static: fixed.hits[at] === true, loop: loop.hits[at] === true, everything: everything[at] === true }));
    },
  };
}

function addCounts(sum: { rounds: number; versions: number; promotions: number; onCannotTell: number; notes: string[] }, learnt: ChunkLearnt, part: number): void {
  sum.rounds += learnt.rounds;
  sum.versions += learnt.versions;
  sum.promotions += learnt.promotions;
  sum.onCannotTell += learnt.onCannotTell;
  if (learnt.note !== null) sum.notes.push(`part ${part + 1}: ${learnt.note}`);
}

