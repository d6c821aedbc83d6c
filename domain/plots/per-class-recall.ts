import { wilson } from '../../statistics/proportion.ts';
import { element, label, paletteOf, type Palette, percent, picture, type PlotLook, shorten, textWidth } from './svg.ts';

export interface ClassRecall {
  readonly name: string;
  /** Images of the class, how many were answered rightly, and how many by the champion where there was one. */
  readonly images: number;
  readonly right: number;
  readonly championRight?: number;
}

const [top, rowHeight, barWidth] = [64, 26, 300];

/**
 * One bar a class: the share of its images that were answered rightly, with the 95 % Wilson interval; a tick marks the
 * champion on the same images.
 * @returns SVG text
 */
export function perClassRecallSvg({ classes, title = 'Recall by class' }: { readonly classes: readonly ClassRecall[]; readonly title?: string }, look?: PlotLook): string {
  const palette = paletteOf(look);
  const left = 28 + Math.max(0, ...classes.map(({ name }) => textWidth(shorten(name, 26))));
  const height = top + classes.length * rowHeight + 28;
  const foot = top + classes.length * rowHeight;
  const legend = classes.some(({ championRight }) => championRight !== undefined)
    ? [element('rect', { x: left, y: top - 20, width: 3, height: 12, fill: palette.ink }), label(left + 9, top - 10, 'champion', { fill: palette.quiet })]
    : [];
  return picture({ width: left + barWidth + 150, height }, title, palette, [
    ...[0, 0.5, 1].flatMap((share) => [
      element('line', { x1: left + share * barWidth, x2: left + share * barWidth, y1: top - 4, y2: foot, stroke: palette.rule }),
      label(left + share * barWidth, foot + 16, `${100 * share} %`, { 'text-anchor': 'middle', fill: palette.quiet }),
    ]),
    ...legend,
    ...classes.flatMap((each, row) => bar(palette, left, top + row * rowHeight, each)),
  ]);
}

function bar(palette: Palette, left: number, y: number, { name, images, right, championRight }: ClassRecall): string[] {
  const middle = y + rowHeight / 2 - 2;
  const title = label(left - 8, middle + 4, shorten(name, 26), { 'text-anchor': 'end' });
  if (images === 0) return [title, label(left + 8, middle + 4, 'no images', { fill: palette.quiet })];
  const { lower, upper } = wilson(right, images);
  const x = (share: number): number => left + share * barWidth;
  const champion = championRight === undefined ? [] : [element('rect', { x: x(championRight / images) - 1.5, y: y + 1, width: 3, height: rowHeight - 6, fill: palette.ink })];
  return [
    title,
    element('rect', { x: left, y: y + 3, width: (right / images) * barWidth, height: rowHeight - 10, fill: palette.strong, 'fill-opacity': 0.75 }),
    element('line', { x1: x(lower), x2: x(upper), y1: middle, y2: middle, stroke: palette.quiet, 'stroke-width': 2 }),
    ...champion,
    label(left + barWidth + 12, middle + 4, `${percent(right / images)} of ${images}`, { fill: palette.quiet }),
  ];
}
