import type { ReliabilityBin } from '../../statistics/calibration-error.ts';
import { type Field, percentRules, xTitle, yTitle } from './axes.ts';
import { element, label, paletteOf, percent, picture, type PlotLook } from './svg.ts';

export interface ReliabilityDiagram {
  /** As `reliabilityBins` gives them. */
  readonly bins: readonly ReliabilityBin[];
  readonly title?: string;
}

const field: Field = { left: 72, top: 56, width: 360, height: 300 };

/**
 * Share right against confidence: on the diagonal a confidence means what it says. Small bars below say how many
 * predictions each bin rests on.
 * @returns SVG text
 */
export function reliabilityDiagramSvg({ bins, title = 'Reliability of confidence' }: ReliabilityDiagram, look?: PlotLook): string {
  const palette = paletteOf(look);
  const x = (share: number): number => field.left + share * field.width;
  const y = (share: number): number => field.top + (1 - share) * field.height;
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const error = bins.reduce((sum, bin) => sum + (total === 0 ? 0 : (bin.count / total) * Math.abs(bin.confidence - bin.accuracy)), 0);
  const filled = bins.filter((bin) => bin.count > 0);
  const base = y(0) + 78;
  return picture({ width: 468, height: 466 }, title, palette, [
    ...percentRules(field, palette, [0, 0.25, 0.5, 0.75, 1], y),
    ...filled.map(({ from, to, accuracy }) => element('rect', { x: x(from) + 1, y: y(accuracy), width: x(to) - x(from) - 2, height: y(0) - y(accuracy), fill: palette.strong, 'fill-opacity': 0.75 })),
    element('line', { x1: x(0), y1: y(0), x2: x(1), y2: y(1), stroke: palette.ink, 'stroke-dasharray': '5 4' }),
    ...filled.map(({ confidence, accuracy }) => element('circle', { cx: x(confidence), cy: y(accuracy), r: 3, fill: palette.panel, stroke: palette.ink })),
    ...filled.map(({ from, to, count }) => element('rect', { x: x(from) + 1, y: base - (28 * count) / most, width: x(to) - x(from) - 2, height: (28 * count) / most, fill: palette.weak })),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => label(x(share), y(0) + 18, `${100 * share} %`, { 'text-anchor': 'middle', fill: palette.quiet })),
    label(x(0), base + 16, `${total} predictions, at most ${most} in a bar`, { fill: palette.quiet }),
    xTitle(field, palette, 'confidence', 38),
    yTitle(field, palette, 'share right'),
    label(x(0.03), y(0.93), `calibration error ${percent(error)}`),
  ]);
}
