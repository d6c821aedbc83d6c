import type { Measure } from './bench.ts';

/** A measure as it is printed: the figure, its spread over the turns, and whether it reaches its mark. */
export interface Summary {
  readonly of: string;
  readonly ours: number;
  readonly against: string | null;
  readonly theirs: number | null;
  /** Median of ours ÷ theirs turn by turn; null without another side. */
  readonly ratio: number | null;
  /** Least and greatest of what the mark is on. */
  readonly spread: readonly [number, number];
  readonly turns: number;
  /** Null where there is no mark. */
  readonly reached: boolean | null;
}

/** The middle of the sorted values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** @throws Error where a measure has no turns, or the sides have different numbers of them */
export function summaryOf({ of, ours, against, mark }: Measure): Summary {
  if (ours.length === 0 || (against !== undefined && against.samples.length !== ours.length)) throw new Error(`${of}: both sides need a sample for each turn, at least one`);
  const ratios = against === undefined ? null : ours.map((value, turn) => value / against.samples[turn]!);
  const judged = ratios ?? ours;
  const figure = median(judged);
  return {
    of, ours: median(ours), against: against?.name ?? null, theirs: against === undefined ? null : median(against.samples), ratio: ratios === null ? null : figure,
    spread: [Math.min(...judged), Math.max(...judged)], turns: ours.length,
    reached: mark === undefined ? null : 'atLeast' in mark ? figure >= mark.atLeast : figure <= mark.atMost,
  };
}

const written = (value: number): string => (Number.isInteger(value) ? String(value) : Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(3));

/** One row of the printed table. */
export function tableRow(figure: string, summary: Summary, mark: Measure['mark']): Record<string, string | number> {
  const { of, ours, against, theirs, ratio, spread, turns, reached } = summary;
  return {
    figure, measure: of, ours: written(ours), against: against === null ? '' : `${against} ${written(theirs ?? 0)}`, ratio: ratio === null ? '' : written(ratio),
    spread: turns === 1 ? '' : `${written(spread[0])} to ${written(spread[1])}`, turns,
    mark: mark === undefined ? '' : 'atLeast' in mark ? `≥ ${mark.atLeast}` : `≤ ${mark.atMost}`, reached: reached === null ? '' : reached ? 'yes' : 'no',
  };
}
