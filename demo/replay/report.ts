import { renderTable } from '../../cli/table.ts';
import type { PeriodFigures } from './accounting.ts';

const points = (share: number | null): string | null => (share === null ? null : (share * 100).toFixed(1));
const withInterval = (share: number, { lower, upper }: { lower: number; upper: number }): string => `${points(share)} [${points(lower)}, ${points(upper)}]`;

const LEGEND = `Accuracy in per cent, of the model alone, on exam images of the period that the system never stores, with 95 % intervals (Wilson).
static: the first model. loop: the champion at the end of the period. everything: a head fitted on every arrival so far, all with true labels.
G: everything less static, in points; gained: the part of it that the loop reached. on arrival: the model's answers to the period's own images
as they came, before any was reviewed. reviewed: images that people looked at, audit included. The first period is the labelled start.`;

/** The replay's table, one row a period, with what its columns mean. */
export function reportText(figures: readonly PeriodFigures[]): string {
  const table = renderTable(
    ['period', 'images', 'static', 'loop', 'everything', 'G', 'gained', 'on arrival', 'reviewed', 'share', 'rounds', 'versions', 'promoted', 'on cannot tell'],
    figures.map((each) => [
      each.period, each.arrivals, withInterval(each.accuracy.static, each.intervals.static), withInterval(each.accuracy.loop, each.intervals.loop), withInterval(each.accuracy.everything, each.intervals.everything),
      points(each.gain), each.gainedShare?.toFixed(2), points(each.accuracy.onArrival), each.reviewed, each.reviewedShare === null ? null : `${points(each.reviewedShare)} %`,
      each.rounds, each.versions, each.promotions, each.onCannotTell,
    ]),
  );
  const notes = figures.flatMap((each) => each.notes.map((note) => `${each.period}: ${note}`));
  return [table, '', LEGEND, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}
