import { formatNumber, formatShare, t } from '../messages/index.ts';

export interface Shared { readonly right: number; readonly of: number; readonly lower: number; readonly upper: number }

/** "87 % (78–93 %, 54 of 62)", and a bar on which the interval lies. */
export function IntervalBar({ value }: { value: Shared | null }) {
  if (value === null) return <span className="quiet">–</span>;
  const share = value.right / value.of;
  return (
    <span className="interval">
      <span className="interval-text"><strong>{formatShare(share)}</strong> <span className="quiet">{t('models.interval', { lower: formatShare(value.lower), upper: formatShare(value.upper) })}</span></span>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect className="interval-track" x="0" y="3" width="100" height="2" /><rect className="interval-range" x={100 * value.lower} y="2" width={Math.max(0.6, 100 * (value.upper - value.lower))} height="4" /><rect className="interval-mark" x={Math.min(98.8, 100 * share)} y="0" width="1.4" height="8" /></svg>
      <span className="quiet interval-of">{t('models.of', { right: formatNumber(value.right), of: formatNumber(value.of) })}</span>
    </span>
  );
}
