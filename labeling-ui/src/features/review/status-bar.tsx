import type { ReactNode } from 'react';
import { formatNumber, t } from '../../messages/index.ts';
import { ratePerHour, type ReviewSnapshot } from './review-session.ts';
import type { SaveState } from './save-queue.ts';

/** Progress of the round, pace, what is left, and whether everything is saved. */
export function StatusBar({ snapshot, saving, children }: { snapshot: Pick<ReviewSnapshot, 'progress' | 'decidedSinceClaim' | 'times'>; saving: SaveState; children?: ReactNode }) {
  const { progress, decidedSinceClaim, times } = snapshot;
  const rate = ratePerHour(times);
  const round = progress?.round ?? null;
  const settled = round === null ? 0 : Math.min(round.itemCount, round.settled + Math.max(0, decidedSinceClaim));
  const left = round === null ? null : Math.max(0, round.itemCount - settled);
  return (
    <div className="status">
      {children}
      {round !== null && (
        <div className="status-progress">
          <progress aria-label={t('review.progress.label')} value={settled} max={Math.max(1, round.itemCount)} />
          <span>{t('review.progress', { settled, total: round.itemCount })}</span>
        </div>
      )}
      {left !== null && <span className="status-figure wide-only">{t('review.left', { count: left })}</span>}
      {times.length > 0 && <span className="status-figure wide-only">{t('review.mine', { count: times.length })}</span>}
      {rate !== null && <span className="status-figure">{t('review.rate', { rate: formatNumber(rate) })}</span>}
      <span className="status-save" data-testid="save-state" data-status={saving.status} data-waiting={saving.waiting}>
        {t(`review.save.${saving.status}`, { count: saving.waiting })}
        {saving.status === 'signed-out' && <a href={`/sign-in?back=${encodeURIComponent(location.pathname)}`}>{t('review.save.signInAgain')}</a>}
      </span>
    </div>
  );
}
