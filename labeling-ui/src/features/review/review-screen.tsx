import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import type { ReviewView } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';
import { meQuery } from '../session/index.ts';
import { ReviewRoom } from './review-room.tsx';
import { useReview } from './use-review.ts';

const loadGrid = () => import('./grid-room.tsx');
const GridRoom = lazy(async () => ({ default: (await loadGrid()).GridRoom }));

/** The review page: images one by one, burst by burst, or a page of them at once. */
export function ReviewScreen({ project, view }: { project: string; view: ReviewView }) {
  const me = useQuery(meQuery).data;
  const navigate = useNavigate();
  useEffect(() => { document.title = `${t('review.title')} · ${t('app.name')}`; }, []);
  const show = (next: ReviewView): void => { void navigate({ to: '/p/$project/review', params: { project }, search: { view: next === 'single' ? undefined : next } }); };
  if (me === undefined) return <Waiting />;
  if (view === 'grid') return <Suspense fallback={<Waiting />}><GridRoom key={me.id} project={project} person={me.id} show={show} /></Suspense>;
  return <Room key={view} project={project} person={me.id} view={view} show={show} />;
}

function Room({ project, person, view, show }: { project: string; person: string; view: 'single' | 'burst'; show: (view: ReviewView) => void }) {
  const review = useReview(project, person, view);
  return review === null ? <Waiting /> : <ReviewRoom review={review} project={project} person={person} view={view} show={show} />;
}

const Waiting = () => <div className="review"><h1 className="visually-hidden">{t('review.title')}</h1><div className="stage"><div className="viewer"><div className="viewer-skeleton" /></div></div></div>;
