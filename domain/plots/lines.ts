import { type Field, percentRules, yTitle } from './axes.ts';
import { element, label, paletteOf, type Palette, percent, picture, type PlotLook, shorten, textWidth } from './svg.ts';

export interface Line {
  readonly name: string;
  /** One share (0 to 1) a period; null where nothing was measured, which leaves a gap. */
  readonly values: readonly (number | null)[];
}

export interface Lines {
  readonly title: string;
  readonly periods: readonly string[];
  readonly lines: readonly Line[];
  readonly yLabel?: string;
}

/** Lines are told apart without colour too. */
const dashes = ['none', '7 4', '2 3', '9 3 2 3', '4 2', '12 4'];

/**
 * Shares by period, for instance accuracy of the static model, of the loop and of labelling everything. The scale starts
 * at a round percentage below the lowest value, so that differences can be seen; its start is written.
 * @returns SVG text
 * @throws RangeError when a line has not one value a period
 */
export function linesSvg({ title, periods, lines, yLabel = 'accuracy' }: Lines, look?: PlotLook): string {
  if (lines.some(({ values }) => values.length !== periods.length)) throw new RangeError('every line needs one value a period');
  const palette = paletteOf(look);
  const field: Field = { left: 72, top: 52, width: Math.max(360, 88 * (periods.length - 1)), height: 260 };
  const lowest = Math.min(1, ...lines.flatMap(({ values }) => values.filter((value) => value !== null)));
  const step = lowest < 0.52 ? 0.2 : 0.1;
  const floor = Math.max(0, step * Math.floor((lowest - 0.02) / step + 1e-9));
  const x = (period: number): number => field.left + (periods.length < 2 ? 0.5 : period / (periods.length - 1)) * field.width;
  const y = (share: number): number => field.top + ((1 - share) / (1 - floor)) * field.height;
  const ruled = Array.from({ length: Math.floor((1 - floor) / step + 1e-9) + 1 }, (_, i) => 1 - i * step);
  const room = Math.max(0, ...lines.map((line) => textWidth(endLabel(line)))) + 28;
  return picture({ width: field.left + field.width + room, height: 364 }, title, palette, [
    ...percentRules(field, palette, ruled, y),
    ...periods.map((period, i) => label(x(i), field.top + field.height + 24, shorten(period, 14), { 'text-anchor': 'middle', fill: palette.quiet })),
    yTitle(field, palette, yLabel),
    ...lines.flatMap(({ values }, i) => drawn(palette, i, values, x, y)),
    ...endLabels(lines, y, field.left + field.width + 14, field.top + field.height, palette),
  ]);
}

function endLabel({ name, values }: Line): string {
  const last = values.findLast((value) => value !== null);
  return last === undefined || last === null ? shorten(name, 24) : `${shorten(name, 24)} ${percent(last)}`;
}

function drawn(palette: Palette, index: number, values: Line['values'], x: (period: number) => number, y: (share: number) => number): string[] {
  const colour = colourOf(palette, index);
  let pen = 'M';
  let path = '';
  values.forEach((value, period) => {
    if (value === null) { pen = 'M'; return; }
    path += `${pen}${x(period).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
  });
  const dots = values.flatMap((value, period) => (value === null ? [] : [element('circle', { cx: x(period), cy: y(value), r: 3.5, fill: colour })]));
  return [element('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': 2.2, 'stroke-dasharray': dashes[index % dashes.length] ?? 'none' }), ...dots];
}

/** Names stand at the ends of their lines, moved apart where the lines end close together. */
function endLabels(lines: readonly Line[], y: (share: number) => number, x: number, bottom: number, palette: Palette): string[] {
  const wanted = lines.map((line, i) => ({ line, i, at: y(line.values.findLast((value) => value !== null) ?? 0) })).toSorted((a, b) => a.at - b.at);
  let free = -Infinity;
  const placed = wanted.map((each) => {
    free = Math.max(each.at, free + 16);
    return { ...each, at: free };
  });
  // What was pushed below the field goes back up, from the lowest name.
  let limit = bottom;
  for (const each of placed.toReversed()) {
    each.at = Math.min(each.at, limit);
    limit = each.at - 16;
  }
  return placed.map(({ line, i, at }) => label(x, at + 4, endLabel(line), { fill: colourOf(palette, i), 'font-weight': 600 }));
}

const colourOf = (palette: Palette, index: number): string => palette.series[index % palette.series.length] ?? palette.ink;
