import { bootstrapByGroup } from '../../statistics/bootstrap.ts';
import type { Interval } from '../../statistics/interval.ts';
import { createRandom } from '../../statistics/random.ts';
import { CONTENDERS, type Contender, type ExamAnswer, type PeriodFigures } from './accounting.ts';

/** The part of what labelling everything gains that the loop is to reach by the end of a period. */
export const GAINED_MARK = 0.75;

export interface Estimate extends Interval {
  readonly estimate: number;
}

/** One period over several seeds. */
export interface PooledPeriod {
  readonly period: string;
  /** Exams taken together, one a seed, and different images among them: the seeds draw from the same period. */
  readonly exams: number;
  readonly answers: number;
  readonly images: number;
  readonly accuracy: Readonly<Record<Contender, number>>;
  /** Everything less static, loop less static, and loop less (static + 0.75 G), shares. */
  readonly gain: Estimate;
  readonly gained: Estimate;
  readonly overMark: Estimate;
  /** `gained` over `gain`; null where there is nothing to gain. */
  readonly gainedShare: number | null;
  readonly reviewedShare: number;
}

interface Sums {
  of: number;
  static: number;
  loop: number;
  everything: number;
}

/**
 * The later periods of several replays of one stream together. An exam of fifty images moves by two points with one answer,
 * so a single seed says little of small streams. Intervals are 95 %, by resampling images with all their answers, because
 * the seeds' exams share images; what another draw of the arrivals would change is in the spread of the seeds, not here.
 * @param runs figures by seed, each with the same periods in the same order
 */
export function poolRuns(runs: readonly (readonly PeriodFigures[])[], resamples = 10_000): PooledPeriod[] {
  const later = (runs[0] ?? []).flatMap((each, at) => (each.reviewedShare === null ? [] : [at]));
  return later.map((at) => poolPeriod(runs.flatMap((run) => run[at] ?? []), resamples));
}

function poolPeriod(figures: readonly PeriodFigures[], resamples: number): PooledPeriod {
  const images = [...Map.groupBy(figures.flatMap((each) => each.exam), (each) => each.path).values()].map(sumsOf);
  const share = (chosen: readonly Sums[], who: Contender): number => total(chosen, who) / total(chosen, 'of');
  const estimate = (statistic: (chosen: readonly Sums[]) => number): Estimate => {
    const { estimate, lower, upper } = bootstrapByGroup(images, statistic, { resamples, random: createRandom(1) });
    return { estimate, lower, upper };
  };
  const over = (chosen: readonly Sums[], part: number): number => share(chosen, 'loop') - share(chosen, 'static') - part * (share(chosen, 'everything') - share(chosen, 'static'));
  const gain = estimate((chosen) => share(chosen, 'everything') - share(chosen, 'static'));
  const gained = estimate((chosen) => over(chosen, 0));
  return {
    period: figures[0]?.period ?? '', exams: figures.length, answers: total(images, 'of'), images: images.length,
    accuracy: { static: share(images, 'static'), loop: share(images, 'loop'), everything: share(images, 'everything') },
    gain, gained, overMark: estimate((chosen) => over(chosen, GAINED_MARK)),
    gainedShare: gain.estimate <= 0 ? null : gained.estimate / gain.estimate,
    reviewedShare: figures.reduce((sum, each) => sum + each.reviewed, 0) / figures.reduce((sum, each) => sum + each.arrivals, 0),
  };
}

function sumsOf(answers: readonly ExamAnswer[]): Sums {
  const sums: Sums = { of: answers.length, static: 0, loop: 0, everything: 0 };
  for (const answer of answers) for (const who of CONTENDERS) sums[who] += answer[who] ? 1 : 0;
  return sums;
}

const total = (sums: readonly Sums[], of: keyof Sums): number => sums.reduce((sum, each) => sum + each[of], 0);
