import { wilson } from '../../statistics/proportion.ts';
import type { Interval } from '../../statistics/interval.ts';

/** Right answers among those asked. */
export interface Tally {
  readonly right: number;
  readonly of: number;
}

/** One exam image at the end of its period: which of the three models were right about it. */
export interface ExamAnswer {
  readonly path: string;
  readonly static: boolean;
  readonly loop: boolean;
  readonly everything: boolean;
}

/** What was counted in one period. Exam figures are at the end of the period. */
export interface PeriodCounts {
  readonly period: string;
  readonly arrivals: number;
  /** The first model, the champion at the end of the period, and a head fitted on every arrival so far with its true label. */
  readonly exam: readonly ExamAnswer[];
  /** The model alone, on arrival, before any answer about that image is known; null in the first period. */
  readonly onArrival: Tally | null;
  /** Images people looked at, audit included. */
  readonly reviewed: number;
  readonly refused: number;
  readonly rounds: number;
  readonly versions: number;
  readonly promotions: number;
  /** Of the promotions, those where the gate could not tell. */
  readonly onCannotTell: number;
  readonly notes: readonly string[];
}

export interface PeriodFigures extends PeriodCounts {
  readonly accuracy: { readonly static: number; readonly loop: number; readonly everything: number; readonly onArrival: number | null };
  /** 95 % Wilson intervals. */
  readonly intervals: { readonly static: Interval; readonly loop: Interval; readonly everything: Interval };
  /** What labelling everything gains over the static model, a share; may be negative. */
  readonly gain: number;
  /** The part of `gain` that the loop reached; null where there is nothing to gain. */
  readonly gainedShare: number | null;
  readonly reviewedShare: number | null;
}

/** Of the first model, of the champion, of a head given everything. */
export const CONTENDERS = ['static', 'loop', 'everything'] as const;
export type Contender = (typeof CONTENDERS)[number];

const tallyOf = (exam: readonly ExamAnswer[], who: Contender): Tally => ({ right: exam.filter((each) => each[who]).length, of: exam.length });
const shareOf = ({ right, of }: Tally): number => (of === 0 ? 0 : right / of);
const intervalOf = ({ right, of }: Tally): Interval => wilson(right, of);

/** The figures of one period by the accounting rules: accuracy is the model's alone, the share reviewed stands apart. */
export function figuresOf(counts: PeriodCounts): PeriodFigures {
  const { exam, onArrival, reviewed, arrivals } = counts;
  const tally = { static: tallyOf(exam, 'static'), loop: tallyOf(exam, 'loop'), everything: tallyOf(exam, 'everything') };
  const accuracy = { static: shareOf(tally.static), loop: shareOf(tally.loop), everything: shareOf(tally.everything), onArrival: onArrival === null ? null : shareOf(onArrival) };
  const gain = accuracy.everything - accuracy.static;
  return {
    ...counts, accuracy, gain,
    intervals: { static: intervalOf(tally.static), loop: intervalOf(tally.loop), everything: intervalOf(tally.everything) },
    gainedShare: onArrival === null || gain <= 0 ? null : (accuracy.loop - accuracy.static) / gain,
    reviewedShare: onArrival === null || arrivals === 0 ? null : reviewed / arrivals,
  };
}
