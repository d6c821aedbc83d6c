import { formatPoints } from '../messages/index.ts';

interface Difference { readonly difference: number; readonly lower: number; readonly upper: number; readonly margin?: number | undefined; readonly reach: number }

/** An interval around a difference of shares, against zero and against the loss that is allowed. `reach`: where the scale ends on both sides. */
export function DifferenceBar({ difference, lower, upper, margin, reach }: Difference) {
  const x = (value: number): number => 50 + 50 * (Math.max(-reach, Math.min(reach, value)) / (reach || 1));
  const look = lower > 0 ? 'better' : margin !== undefined ? (upper < -margin ? 'worse' : lower > -margin ? 'even' : 'open') : upper < 0 ? 'worse' : 'even';
  return (
    <span className="interval difference" data-look={look}>
      <span className="interval-text"><strong>{formatPoints(difference)}</strong> <span className="quiet">{formatPoints(lower)} … {formatPoints(upper)}</span></span>
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect className="interval-track" x="0" y="5" width="100" height="2" />
        {margin !== undefined && <rect className="interval-margin" x={x(-margin)} y="0" width="0.6" height="12" />}
        <rect className="interval-zero" x="49.7" y="0" width="0.6" height="12" />
        <rect className="interval-range" x={x(lower)} y="3.5" width={Math.max(0.8, x(upper) - x(lower))} height="5" />
        <rect className="interval-mark" x={x(difference) - 0.7} y="1.5" width="1.4" height="9" />
      </svg>
    </span>
  );
}

/** A scale that holds every interval, so that rows can be compared by eye; between 2 and 100 points. */
export const reachOf = (rows: readonly { readonly lower: number | null; readonly upper: number | null }[]): number =>
  Math.min(1, Math.max(0.02, ...rows.flatMap(({ lower, upper }) => [Math.abs(lower ?? 0), Math.abs(upper ?? 0)])));
