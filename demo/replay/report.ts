import { renderTable } from '../../cli/table.ts';
import type { PeriodFigures } from './accounting.ts';
import type { Estimate, PooledPeriod } from './pool.ts';

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

const between = ({ estimate, lower, upper }: Estimate): string => `${points(estimate)} [${points(lower)}, ${points(upper)}]`;

const POOLED_LEGEND = `All seeds together, in points. G: everything less static. loop - static, and loop - (static + 0.75 G), which is 0 where the loop gained
three quarters of G; in brackets 95 % by resampling exam images with all their answers. answers: exam answers of all seeds, and how many images they are about.`;

/** The later periods of several seeds together. */
export function pooledText(pooled: readonly PooledPeriod[]): string {
  const table = renderTable(
    ['period', 'answers', 'static', 'loop', 'everything', 'G', 'loop - static', 'gained', 'loop - (static + 0.75 G)', 'reviewed'],
    pooled.map((each) => [
      each.period, `${each.answers} (${each.images})`, points(each.accuracy.static), points(each.accuracy.loop), points(each.accuracy.everything), between(each.gain), between(each.gained),
      each.gainedShare?.toFixed(2), between(each.overMark), `${points(each.reviewedShare)} %`,
    ]),
  );
  return [table, '', POOLED_LEGEND].join('\n');
}
