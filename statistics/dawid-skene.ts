/** One rater's answer to one item: indices from 0. */
export interface RaterAnswer {
  readonly item: number;
  readonly rater: number;
  readonly answer: number;
}

export interface DawidSkene {
  /** Share of each answer among the true ones. */
  readonly prevalence: readonly number[];
  /** By rater: how often one whose item is truly `row` answers `column`. */
  readonly confusion: readonly (readonly (readonly number[])[])[];
  /** By item: how probable each answer is the true one. */
  readonly truth: readonly (readonly number[])[];
  readonly logLikelihood: number;
  readonly iterations: number;
}

export interface DawidSkeneOptions {
  readonly items: number;
  readonly raters: number;
  /** How many different answers there are. */
  readonly answers: number;
  /** Right answers each rater is thought to have given beforehand for each true answer; 0 is maximum likelihood. A little of it keeps a rater with two answers from being called perfect. */
  readonly prior?: number;
  readonly iterationsMax?: number;
  /** Stops once the mean log-likelihood of an item gains less than this. */
  readonly tolerance?: number;
}

/**
 * True answers and each rater's errors at once, without knowing either (Dawid and Skene 1979): expectation and maximisation in turns,
 * started from the share of raters who gave each answer. A rater may answer an item several times, or not.
 *
 * @throws RangeError when an index lies outside what the options say
 */
export function dawidSkene(given: readonly RaterAnswer[], options: DawidSkeneOptions): DawidSkene {
  const { items, raters, answers, prior = 0, iterationsMax = 500, tolerance = 1e-9 } = options;
  for (const { item, rater, answer } of given) {
    if (!(item >= 0 && item < items && rater >= 0 && rater < raters && answer >= 0 && answer < answers)) throw new RangeError('an answer lies outside the items, raters and answers there are');
  }
  let truth = votes(given, items, answers);
  let [before, logLikelihood, iterations] = [-Infinity, -Infinity, 0];
  let parameters = maximise(given, truth, { raters, answers, prior });
  do {
    before = logLikelihood;
    iterations += 1;
    ({ truth, logLikelihood } = expect(given, parameters, items, answers));
    parameters = maximise(given, truth, { raters, answers, prior });
  } while (iterations < iterationsMax && logLikelihood - before > tolerance * Math.max(1, items));
  return { ...parameters, truth, logLikelihood, iterations };
}

type Parameters = Pick<DawidSkene, 'prevalence' | 'confusion'>;

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

/** The share of answers for each item; items without any are even. */
function votes(given: readonly RaterAnswer[], items: number, answers: number): number[][] {
  const counts = Array.from({ length: items }, () => zeros(answers));
  for (const { item, answer } of given) (counts[item] as number[])[answer] = (counts[item]?.[answer] ?? 0) + 1;
  return counts.map(normalised);
}

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length));
}

/** Errors and prevalence as they are likeliest under what the items are thought to be. */
function maximise(given: readonly RaterAnswer[], truth: readonly (readonly number[])[], { raters, answers, prior }: { raters: number; answers: number; prior: number }): Parameters {
  const answered = new Set(given.map((each) => each.item));
  const prevalence = zeros(answers);
  for (const item of answered) truth[item]?.forEach((probability, at) => { prevalence[at] = (prevalence[at] ?? 0) + probability; });
  const counts = Array.from({ length: raters }, () => Array.from({ length: answers }, (_row, row) => Array.from({ length: answers }, (_column, column) => (row === column ? prior : 0))));
  for (const { item, rater, answer } of given) {
    for (let row = 0; row < answers; row += 1) {
      const own = (counts[rater] as number[][])[row] as number[];
      own[answer] = (own[answer] ?? 0) + (truth[item]?.[row] ?? 0);
    }
  }
  return { prevalence: normalised(prevalence), confusion: counts.map((rows) => rows.map(normalised)) };
}

/** What the items are, under the errors and the prevalence; sums of logarithms, so that many answers do not vanish. */
function expect(given: readonly RaterAnswer[], { prevalence, confusion }: Parameters, items: number, answers: number): { truth: number[][]; logLikelihood: number } {
  const logs = Array.from({ length: items }, () => prevalence.map((share) => Math.log(share)));
  for (const { item, rater, answer } of given) {
    for (let row = 0; row < answers; row += 1) (logs[item] as number[])[row] = (logs[item]?.[row] ?? 0) + Math.log(confusion[rater]?.[row]?.[answer] ?? 0);
  }
  let logLikelihood = 0;
  const truth = logs.map((row) => {
    const most = Math.max(...row);
    // Every answer impossible: nothing is known.
    if (most === -Infinity) return row.map(() => 1 / answers);
    const sum = row.reduce((total, each) => total + Math.exp(each - most), 0);
    logLikelihood += most + Math.log(sum);
    return row.map((each) => Math.exp(each - most) / sum);
  });
  return { truth, logLikelihood };
}
