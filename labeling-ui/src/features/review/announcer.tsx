import { t } from '../../messages/index.ts';
import type { ReviewSnapshot } from './review-session.ts';
import { decisionInWords } from './words.ts';

/** Tells a screen reader what was answered. */
export function Announcer({ snapshot }: { snapshot: ReviewSnapshot }) {
  const last = [...snapshot.decisions.values()].at(-1);
  return <p className="visually-hidden" aria-live="polite" aria-atomic="true">{last === undefined ? '' : t('review.announce', { answer: decisionInWords(last, snapshot.classes) })}</p>;
}
