import { element, label, type Palette } from './svg.ts';

/** The rectangle that figures are drawn in, in pixels. */
export interface Field {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Lines across at the given shares, each with its percentage to the left. `place` gives the y of a share. */
export function percentRules(field: Field, palette: Palette, shares: readonly number[], place: (share: number) => number): string[] {
  return shares.flatMap((share) => {
    const y = place(share);
    return [
      element('line', { x1: field.left, x2: field.left + field.width, y1: y, y2: y, stroke: palette.rule }),
      label(field.left - 8, y + 4, `${Math.round(100 * share)} %`, { 'text-anchor': 'end', fill: palette.quiet }),
    ];
  });
}

export function xTitle(field: Field, palette: Palette, text: string, below: number): string {
  return label(field.left + field.width / 2, field.top + field.height + below, text, { 'text-anchor': 'middle', fill: palette.quiet });
}

export function yTitle(field: Field, palette: Palette, text: string): string {
  const [x, y] = [18, Math.round(field.top + field.height / 2)];
  return label(x, y, text, { 'text-anchor': 'middle', fill: palette.quiet, transform: `rotate(-90 ${x} ${y})` });
}
