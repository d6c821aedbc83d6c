import { Alert, Button } from '@mantine/core';
import { t } from '../../messages/index.ts';
import type { ReviewSnapshot } from './review-session.ts';
import type { Decision, Refusal, SaveQueue, SaveState } from './save-queue.ts';
import { FirstHint } from './first-hint.tsx';
import { decisionInWords } from './words.ts';

/** What a person must know and may want to do something about: answers that came too late, holds that ran out. */
export function Notices({ snapshot, saving, queue, asking = null }: { snapshot: Pick<ReviewSnapshot, 'classes' | 'notice'> & Partial<Pick<ReviewSnapshot, 'times'>>; saving: SaveState; queue: SaveQueue; asking?: { readonly decision: Decision; readonly count: number } | null }) {
  const refusal = saving.refusals.find(({ job }) => job.kind !== 'withdraw');
  return (
    <div className="notices" aria-live="polite">
      {snapshot.times !== undefined && <FirstHint times={snapshot.times} />}
      {!saving.stored && <Alert color="yellow" variant="light" title={t('review.storage.title')} className="note" data-testid="storage-full"><p className="note-text">{t('review.storage.text', { count: saving.waiting })}</p></Alert>}
      {refusal !== undefined && (
        <Alert color="yellow" variant="light" title={t('review.refused.title')} className="note">
          <p className="note-text">{refusalInWords(refusal, snapshot.classes)}</p>
          <Button variant="default" size="xs" onClick={() => queue.forgetRefusal(refusal.job.key)}>{t('review.refused.dismiss')}</Button>
        </Alert>
      )}
      {asking !== null && <p className="toast toast-ask" data-testid="press-again">{t('review.pressAgain', { answer: decisionInWords(asking.decision, snapshot.classes), count: asking.count })}</p>}
      {snapshot.notice?.kind === 'lost' && <p className="toast">{t('review.notice.lost')}</p>}
      {snapshot.notice?.kind === 'undone' && <p className="toast" data-testid="undone">{t('review.undone', { answer: snapshot.notice.decision === null ? '' : decisionInWords(snapshot.notice.decision, snapshot.classes) })}</p>}
    </div>
  );
}

function refusalInWords({ job, code, detail }: Refusal, classes: ReviewSnapshot['classes']): string {
  const decision: Decision = job.kind === 'grid' ? { kind: 'class', classId: job.classId } : job.kind === 'withdraw' ? { kind: 'skip' } : job.decision;
  const words = [decisionInWords(decision, classes), ...(decision.comment === undefined ? [] : [decision.comment])].join(': ');
  if (code === 'REVIEW_LEASE_EXPIRED') return t('review.refused.lease', { answer: words });
  if (code === 'REVIEW_ITEM_SETTLED') return t('review.refused.settled', { answer: words });
  return t('review.refused.other', { answer: words, detail });
}
