import { element, label, paletteOf, type Palette, picture, type PlotLook, shorten, textWidth } from './svg.ts';

export interface ConfusionMatrix {
  readonly classNames: readonly string[];
  /** counts[true][answered], square, in the order of the names */
  readonly counts: readonly (readonly number[])[];
  readonly title?: string;
}

const top = 64;

/**
 * True classes down, answers across; a cell's colour is its share of the row, its number the count.
 * @returns SVG text
 * @throws RangeError when the counts are not square
 */
export function confusionMatrixSvg({ classNames, counts, title = 'Confusion matrix' }: ConfusionMatrix, look?: PlotLook): string {
  const n = classNames.length;
  if (n === 0 || counts.length !== n || counts.some((row) => row.length !== n)) throw new RangeError('a confusion matrix needs as many rows and columns as classes');
  const palette = paletteOf(look);
  const names = classNames.map((name) => shorten(name, 22));
  const longest = Math.max(...names.map(textWidth));
  const side = Math.max(18, Math.min(56, Math.floor(640 / n)));
  const left = 44 + longest;
  const height = top + n * side + longest * 0.71 + 44;
  const width = Math.max(left + n * side + 72, 320);
  const cells = counts.flatMap((row, truth) => row.map((count, answer) => cell(palette, side, { x: left + answer * side, y: top + truth * side }, count, sum(row))));
  const rows = names.map((name, i) => label(left - 8, top + (i + 0.5) * side + 4, name, { 'text-anchor': 'end' }));
  const totals = counts.map((row, i) => label(left + n * side + 8, top + (i + 0.5) * side + 4, String(sum(row)), { fill: palette.quiet }));
  const columns = names.map((name, i) => {
    const [x, y] = [left + (i + 0.5) * side + 4, top + n * side + 14];
    return label(x, y, name, { 'text-anchor': 'end', transform: `rotate(-45 ${Math.round(x)} ${Math.round(y)})` });
  });
  const middle = top + (n * side) / 2;
  return picture({ width, height }, title, palette, [
    ...cells, ...rows, ...columns, ...totals,
    label(left + n * side + 8, top - 8, 'images', { fill: palette.quiet }),
    label(20, middle, 'true', { fill: palette.quiet, 'text-anchor': 'middle', transform: `rotate(-90 20 ${Math.round(middle)})` }),
    label(left + (n * side) / 2, height - 12, 'answered', { fill: palette.quiet, 'text-anchor': 'middle' }),
  ]);
}

function cell(palette: Palette, side: number, { x, y }: { x: number; y: number }, count: number, total: number): string {
  const share = total === 0 ? 0 : count / total;
  const [from, to] = palette.ramp;
  const mixed = from.map((channel, i) => Math.round(channel + ((to[i] ?? 0) - channel) * share));
  const box = element('rect', { x, y, width: side - 1, height: side - 1, fill: `rgb(${mixed.join(',')})`, stroke: palette.rule, 'stroke-width': 0.5 });
  const size = Math.min(12, (side - 4) / (0.62 * String(count).length));
  if (count === 0 || size < 7) return box;
  return box + label(x + side / 2, y + side / 2 + size / 3, String(count), { 'text-anchor': 'middle', 'font-size': size, fill: share > 0.65 ? palette.panel : palette.ink });
}

const sum = (row: readonly number[]): number => row.reduce((total, count) => total + count, 0);
