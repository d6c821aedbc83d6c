import { useEffect, useState } from 'react';
import { t } from '../../messages/index.ts';

const name = 'perennial.knows-keys';
/** Who has answered so many times knows how. */
const answersMax = 3;

function known(): boolean {
  try { return localStorage.getItem(name) !== null; } catch { return true; }
}

/** The one thing to know, for who has never answered in this browser; it goes by itself. */
export function FirstHint({ times }: { times: readonly number[] }) {
  const [knew] = useState(known);
  const learnt = times.length >= answersMax;
  useEffect(() => {
    if (!learnt) return;
    try { localStorage.setItem(name, 'yes'); } catch { /* it is shown again another time */ }
  }, [learnt]);
  return knew || learnt ? null : <p className="toast" data-testid="first-hint"><strong>{t('review.first.title')}.</strong> {t('review.first.text')}</p>;
}
