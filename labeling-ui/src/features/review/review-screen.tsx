import { Button, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { tinykeys } from 'tinykeys';
import { reviewActions, type ReviewAction, type ReviewContext } from '../../actions/review-actions.ts';
import { ProblemNote } from '../../components/problem.tsx';
import { t } from '../../messages/index.ts';
import { mayDecide } from '../../viewer/states/index.ts';
import { meQuery } from '../session/index.ts';
import { ActionButtons } from './action-buttons.tsx';
import { CommentDialog } from './comment-dialog.tsx';
import { Evidence } from './evidence.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { Notices } from './notices.tsx';
import { paletteOf } from './palette.ts';
import type { ReviewSnapshot } from './review-session.ts';
import { SearchDialog } from './search-dialog.tsx';
import { StatusBar } from './status-bar.tsx';
import { type Review, useReview, useSaveState, useSnapshot } from './use-review.ts';
import { useViewer, Viewer } from './viewer.tsx';
import { decisionInWords } from './words.ts';

/** The review page: one image, one key, the next image. */
export function ReviewScreen({ project }: { project: string }) {
  const me = useQuery(meQuery).data;
  const review = useReview(project, me?.id);
  useEffect(() => { document.title = `${t('review.title')} · ${t('app.name')}`; }, []);
  if (review === null) return <div className="review"><h1 className="visually-hidden">{t('review.title')}</h1><div className="viewer"><div className="viewer-skeleton" /></div></div>;
  return <ReviewRoom review={review} project={project} />;
}

function ReviewRoom({ review: { session, queue, images }, project }: { review: Review; project: string }) {
  const snapshot = useSnapshot(session);
  const saving = useSaveState(queue);
  const [dialog, setDialog] = useState<'search' | 'help' | 'comment' | null>(null);
  const item = snapshot.items[snapshot.position] ?? null;
  const [viewer, send] = useViewer(item, images);
  const palette = useMemo(() => paletteOf(snapshot.classes), [snapshot.classes]);
  const actions = useMemo(() => reviewActions(palette), [palette]);
  const context: ReviewContext = {
    item, palette, lastDecision: snapshot.lastDecision, mayDecide: mayDecide(viewer),
    canUndo: snapshot.times.length > 0 || queue.lastSaved() !== undefined,
    canGo: { back: snapshot.position > 0, on: snapshot.position < snapshot.items.length - 1 },
    decide: session.decide, undo: session.undo, move: session.move, toggleZoom: () => send({ type: 'toggle-zoom' }), open: setDialog,
  };
  useKeys(actions, context, dialog === null);
  const close = (): void => setDialog(null);
  const named = (...ids: string[]): readonly ReviewAction[] => ids.flatMap((id) => actions.filter((action) => action.id === id));
  const run = (id: string): void => {
    const action = actions.find((each) => each.id === id);
    if (action?.enabledWhen(context)) action.run(context);
  };
  const waitsForFirst = item === null && snapshot.phase !== 'empty' && snapshot.phase !== 'failed';

  return (
    <div className="review">
      <h1 className="visually-hidden">{t('review.title')}</h1>
      <StatusBar snapshot={snapshot} saving={saving} />
      <Notices snapshot={snapshot} saving={saving} queue={queue} />
      <Announcer snapshot={snapshot} />
      {item !== null || waitsForFirst ? (
        <>
          <div className="stage"><Viewer item={item} state={waitsForFirst ? { name: 'loading', itemId: '' } : viewer} send={send} /></div>
          <aside className="side">
            {item !== null && <Evidence item={item} decision={snapshot.decisions.get(item.id)} classes={snapshot.classes} answer={(digit) => run(`pick-${digit}`)} />}
            {item !== null && (
              <>
                {item.prediction !== null && <ActionButtons className="acts-main" label={t('review.answers')} context={context} actions={named('accept')} />}
                <h2>{t('review.classes')}</h2>
                <ActionButtons className="acts-classes" label={t('review.classes')} context={context} actions={actions.filter((action) => action.group === 'class').slice(0, 30)} />
                <h2>{t('review.other')}</h2>
                <ActionButtons className="acts-other" label={t('review.other')} context={context} actions={named('unsure', 'not-in-list', 'bad-image', 'person', 'skip', 'repeat', 'search', 'comment')} />
                {snapshot.comment !== '' && <p className="quiet">{t('review.comment.has', { comment: snapshot.comment })}</p>}
              </>
            )}
          </aside>
          <div className="foot"><ActionButtons className="acts-move" label={t('group.move')} context={context} actions={named('previous', 'undo', 'zoom', 'help', 'next')} /></div>
        </>
      ) : <Ended snapshot={snapshot} project={project} again={() => { void session.fill(); }} undo={context.canUndo ? session.undo : undefined} />}
      <HelpSheet opened={dialog === 'help'} onClose={close} actions={actions} />
      <SearchDialog opened={dialog === 'search'} onClose={close} palette={palette} choose={(classId) => { close(); session.decide({ kind: 'class', classId }); }} />
      <CommentDialog opened={dialog === 'comment'} onClose={close} comment={snapshot.comment} keep={(comment) => { session.setComment(comment); close(); }} />
    </div>
  );
}

/** One binding for each key of the table. A key pressed on a focused button or link is the button's. */
function useKeys(actions: readonly ReviewAction[], context: ReviewContext, on: boolean): void {
  const now = useRef(context);
  now.current = context;
  useEffect(() => {
    if (!on) return;
    const bindings = Object.fromEntries(actions.flatMap((action) => action.keys.map((key) => [key, (event: KeyboardEvent) => {
      const ownKey = event.key === 'Enter' || event.key === ' ';
      if (ownKey && event.target instanceof Element && event.target.closest('button, a, [role="menuitem"]') !== null) return;
      if (document.querySelector('[role="menu"]') !== null) return;
      event.preventDefault();
      if (action.enabledWhen(now.current)) action.run(now.current);
    }] as const)));
    return tinykeys(window, bindings);
  }, [actions, on]);
}

/** Tells a screen reader what was answered. */
function Announcer({ snapshot }: { snapshot: ReviewSnapshot }) {
  const last = [...snapshot.decisions.values()].at(-1);
  return <p className="visually-hidden" aria-live="polite" aria-atomic="true">{last === undefined ? '' : t('review.announce', { answer: decisionInWords(last, snapshot.classes) })}</p>;
}

function Ended({ snapshot, project, again, undo }: { snapshot: ReviewSnapshot; project: string; again: () => void; undo: (() => void) | undefined }) {
  if (snapshot.phase === 'failed') return <div className="ended"><ProblemNote title={t('review.error.title')} error={snapshot.error} again={again} /></div>;
  return (
    <div className="ended" data-testid="review-empty">
      <Title order={2} size="h3">{t('review.empty.title')}</Title>
      <p className="lead">{t('review.empty.text')}</p>
      <div className="acts">
        <Button component={Link} to="/p/$project" {...({ params: { project } } as object)}>{t('review.empty.home')}</Button>
        <Button variant="default" onClick={again}>{t('review.empty.again')}</Button>
        {undo !== undefined && <Button variant="subtle" onClick={undo}>{t('action.undo')}</Button>}
      </div>
    </div>
  );
}
