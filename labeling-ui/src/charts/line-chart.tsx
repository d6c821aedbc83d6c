import { useId } from 'react';

export interface Point { readonly x: number; readonly y: number; readonly lower?: number | undefined; readonly upper?: number | undefined }
export interface Line { readonly name: string; readonly points: readonly Point[]; readonly look: 'strong' | 'plain' }
interface LineChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Words at some of the x values. */
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  readonly formatY: (y: number) => string;
  /** Where the scale begins and ends; left out, at 0 and above the highest. */
  readonly range?: readonly [number, number];
}

const [width, height, left, right, top, bottom] = [560, 220, 56, 14, 14, 30];

/** Lines over one axis, with bands where a point has an interval. The figures stand in a table beside it: the picture is for the eye. */
export function LineChart({ title, lines, ticks, formatY, range }: LineChartProps) {
  const id = useId();
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return null;
  const [low, high] = range ?? [0, niceCeiling(Math.max(...points.map((point) => point.upper ?? point.y)))];
  const [first, last] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
  const x = (value: number): number => (first === last ? (left + width - right) / 2 : left + ((value - first) / (last - first)) * (width - left - right));
  const y = (value: number): number => top + (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (height - top - bottom);
  const rules = [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  return (
    <figure className="chart">
      <figcaption id={id}>
        <strong>{title}</strong>
        <span className="chart-key">{lines.map(({ name, look }) => <span key={name} data-look={look}>{name}</span>)}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={id}>
        {rules.map((rule) => <g key={rule}><line className="chart-rule" x1={left} x2={width - right} y1={y(rule)} y2={y(rule)} /><text className="chart-text" x={left - 8} y={y(rule) + 4} textAnchor="end">{formatY(rule)}</text></g>)}
        {ticks.map((tick) => <text key={tick.x} className="chart-text" x={x(tick.x)} y={height - 8} textAnchor={tick.x === first && first !== last ? 'start' : tick.x === last && first !== last ? 'end' : 'middle'}>{tick.text}</text>)}
        {lines.map(({ name, points: own, look }) => {
          const banded = own.filter((point) => point.lower !== undefined && point.upper !== undefined);
          return (
            <g key={name} data-look={look}>
              {banded.length > 1 && <path className="chart-band" d={`M${[...banded.map((point) => `${x(point.x)},${y(point.upper ?? 0)}`), ...banded.toReversed().map((point) => `${x(point.x)},${y(point.lower ?? 0)}`)].join('L')}Z`} />}
              {own.length > 1 && <polyline className="chart-line" points={own.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')} />}
              {own.map((point) => <circle key={point.x} className="chart-point" cx={x(point.x)} cy={y(point.y)} r={look === 'strong' ? 3.5 : 3} />)}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
