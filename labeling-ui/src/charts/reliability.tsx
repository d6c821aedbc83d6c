import { useId } from 'react';
import { formatNumber, formatShare, t } from '../messages/index.ts';

export interface Bin { readonly from: number; readonly to: number; readonly count: number; readonly confidence: number; readonly accuracy: number }

const [size, left, top, foot] = [260, 44, 10, 86];

/** Share right against confidence; on the diagonal a confidence means what it says. The bars below say how many answers each rests on. */
export function Reliability({ bins, caption }: { bins: readonly Bin[]; caption: string }) {
  const id = useId();
  const x = (share: number): number => left + share * size;
  const y = (share: number): number => top + (1 - share) * size;
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const filled = bins.filter(({ count }) => count > 0);
  const base = top + size + foot - 26;
  return (
    <figure className="chart chart-square">
      <figcaption id={id}>{caption}</figcaption>
      <svg viewBox={`0 0 ${left + size + 24} ${top + size + foot}`} role="img" aria-labelledby={id}>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share}>
            <line className="chart-rule" x1={left} x2={left + size} y1={y(share)} y2={y(share)} />
            <text className="chart-text" x={left - 6} y={y(share) + 4} textAnchor="end">{formatShare(share)}</text>
            <text className="chart-text" x={x(share)} y={top + size + foot - 8} textAnchor="middle">{formatShare(share)}</text>
          </g>
        ))}
        {filled.map(({ from, to, accuracy, count, confidence }) => (
          <g key={from} data-look="strong">
            <rect className="chart-bar" x={x(from) + 1} width={x(to) - x(from) - 2} y={y(accuracy)} height={Math.max(1, y(0) - y(accuracy))}><title>{t('models.bin', { count, confidence: formatShare(confidence), accuracy: formatShare(accuracy) })}</title></rect>
            <rect className="chart-bar-small" x={x(from) + 1} width={x(to) - x(from) - 2} y={base - (34 * count) / most} height={(34 * count) / most} />
          </g>
        ))}
        <line className="chart-diagonal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        {filled.map(({ from, confidence, accuracy }) => <circle key={from} className="chart-dot" cx={x(confidence)} cy={y(accuracy)} r={3.5} />)}
      </svg>
      <div className="visually-hidden"><table>
        <caption>{caption}</caption>
        <thead><tr><th scope="col">{t('models.confidence')}</th><th scope="col">{t('models.shareRight')}</th><th scope="col">{t('models.images')}</th></tr></thead>
        <tbody>{filled.map((bin) => <tr key={bin.from}><td>{formatShare(bin.confidence)}</td><td>{formatShare(bin.accuracy)}</td><td>{formatNumber(bin.count)}</td></tr>)}</tbody>
      </table></div>
    </figure>
  );
}
