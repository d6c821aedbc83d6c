import { useId } from 'react';
import { formatFigure, formatNumber, t } from '../messages/index.ts';

export interface EvidencePoint { readonly observed: number; readonly eValue: number }

const [width, height, left, right, top, bottom] = [560, 230, 60, 14, 14, 30];
/** At these a person is told, and the challenger is rolled back. */
const [warnAt, rollBackAt] = [20, 100];

/** How the evidence against the challenger went, on a scale of powers of ten: 1 says nothing. */
export function EvidenceChart({ title, points }: { title: string; points: readonly EvidencePoint[] }) {
  const id = useId();
  const last = points.at(-1);
  if (last === undefined) return <figure className="chart"><figcaption><strong>{title}</strong> {t('road.noEvidence')}</figcaption></figure>;
  const all = [{ observed: 0, eValue: 1 }, ...points];
  const [low, high] = [Math.min(-1, ...all.map(({ eValue }) => Math.log10(Math.max(1e-6, eValue)))), Math.max(2.6, ...all.map(({ eValue }) => Math.log10(eValue)))];
  const x = (observed: number): number => left + (observed / last.observed) * (width - left - right);
  const y = (value: number): number => top + (1 - (Math.log10(Math.max(1e-6, value)) - low) / (high - low)) * (height - top - bottom);
  const decades = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, at) => 10 ** (Math.ceil(low) + at)).filter((value, _at, { length }) => length <= 6 || Math.round(Math.log10(value)) % 2 === 0);
  return (
    <figure className="chart">
      <figcaption id={id}><strong>{title}</strong> {t('road.evidenceNow', { value: formatFigure(last.eValue), count: last.observed })}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={id}>
        {decades.map((value) => <g key={value}><line className="chart-rule" x1={left} x2={width - right} y1={y(value)} y2={y(value)} /><text className="chart-text" x={left - 8} y={y(value) + 4} textAnchor="end">{formatFigure(value)}</text></g>)}
        <line className="chart-warn" x1={left} x2={width - right} y1={y(warnAt)} y2={y(warnAt)} /><text className="chart-text" x={width - right} y={y(warnAt) - 5} textAnchor="end">{t('road.warnAt')}</text>
        <line className="chart-bad" x1={left} x2={width - right} y1={y(rollBackAt)} y2={y(rollBackAt)} /><text className="chart-text" x={width - right} y={y(rollBackAt) - 5} textAnchor="end">{t('road.backAt')}</text>
        <g data-look="strong"><polyline className="chart-line" points={all.map((point) => `${x(point.observed)},${y(point.eValue)}`).join(' ')} /><circle className="chart-point" cx={x(last.observed)} cy={y(last.eValue)} r={4} /></g>
        <text className="chart-text" x={left} y={height - 8}>0</text><text className="chart-text" x={width - right} y={height - 8} textAnchor="end">{formatNumber(last.observed)}</text>
      </svg>
    </figure>
  );
}
