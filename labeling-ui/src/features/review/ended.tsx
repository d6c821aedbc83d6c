import { Button, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '../../components/problem.tsx';
import { t } from '../../messages/index.ts';
import { ratePerHour, type ReviewSnapshot } from './review-session.ts';

/** Nothing left, or nothing came: what was done, and what to do next. */
export function Ended({ snapshot, project, again, undo }: { snapshot: ReviewSnapshot; project: string; again: () => void; undo: (() => void) | undefined }) {
  if (snapshot.phase === 'failed') return <div className="ended"><ProblemNote title={t('review.error.title')} error={snapshot.error} again={again} /></div>;
  const rate = ratePerHour(snapshot.times);
  const done = snapshot.times.length;
  return (
    <div className="ended" data-testid="review-empty">
      <Title order={2} size="h3">{t(done > 0 ? 'review.empty.title' : 'review.empty.none')}</Title>
      {done > 0 && <p className="ended-figure">{rate === null ? t('review.empty.done', { count: done }) : t('review.empty.rate', { count: done, rate })}</p>}
      <p className="lead">{t('review.empty.text')}</p>
      <div className="acts">
        <Button component={Link} to="/p/$project" {...({ params: { project } } as object)}>{t('review.empty.home')}</Button>
        <Button variant="default" onClick={again}>{t('review.empty.again')}</Button>
        {undo !== undefined && <Button variant="subtle" onClick={undo}>{t('action.undo')}</Button>}
      </div>
    </div>
  );
}
