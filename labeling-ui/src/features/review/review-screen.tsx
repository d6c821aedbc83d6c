import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { ownerOf, withKeys } from '../../actions/keymap.ts';
import { reviewActions, type ReviewAction, type ReviewContext, type ReviewDialog } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';
import { plainLight, turned } from '../../viewer/light.ts';
import { mayDecide } from '../../viewer/states/index.ts';
import { meQuery } from '../session/index.ts';
import { ActionButtons } from './action-buttons.tsx';
import { Announcer } from './announcer.tsx';
import { CommentDialog } from './comment-dialog.tsx';
import { Ended } from './ended.tsx';
import { AboutImage, Evidence } from './evidence.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { LightPanel } from './light-panel.tsx';
import { MacrosDialog } from './macros-dialog.tsx';
import { Notices } from './notices.tsx';
import { paletteOf } from './palette.ts';
import { CommandDialog, SearchDialog } from './pickers.tsx';
import { usePreferences } from './preferences.ts';
import { StatusBar } from './status-bar.tsx';
import { useKeys } from './use-keys.ts';
import { usePageCommands } from './use-page-commands.ts';
import { type Review, useReview, useSaveState, useSnapshot } from './use-review.ts';
import { useViewer, Viewer } from './viewer.tsx';

/** The review page: one image, one key, the next image. */
export function ReviewScreen({ project }: { project: string }) {
  const me = useQuery(meQuery).data;
  const review = useReview(project, me?.id);
  useEffect(() => { document.title = `${t('review.title')} · ${t('app.name')}`; }, []);
  if (review === null || me === undefined) return <div className="review"><h1 className="visually-hidden">{t('review.title')}</h1><div className="stage"><div className="viewer"><div className="viewer-skeleton" /></div></div></div>;
  return <ReviewRoom review={review} project={project} person={me.id} />;
}

function ReviewRoom({ review: { session, queue, images }, project, person }: { review: Review; project: string; person: string }) {
  const snapshot = useSnapshot(session);
  const saving = useSaveState(queue);
  const [preferences, prefer] = usePreferences(person);
  const [dialog, setDialog] = useState<ReviewDialog | null>(null);
  const [tools, setTools] = useState({ magnifier: false, light: false });
  const { light } = preferences;
  const item = snapshot.items[snapshot.position] ?? null;
  const [viewer, send] = useViewer(item, images);
  const palette = useMemo(() => paletteOf(snapshot.classes), [snapshot.classes]);
  const macros = useMemo(() => preferences.macros.filter((macro) => macro.project === project), [preferences.macros, project]);
  const actions = useMemo(() => withKeys(reviewActions(palette, macros), preferences.keys), [palette, macros, preferences.keys]);
  const pages = usePageCommands(project);
  const relight = (next: typeof light): void => prefer((before) => ({ ...before, light: next }));
  const context: ReviewContext = {
    item, palette, lastDecision: snapshot.lastDecision, mayDecide: mayDecide(viewer),
    canUndo: snapshot.times.length > 0 || queue.lastSaved() !== undefined,
    canGo: { back: snapshot.position > 0, on: snapshot.position < snapshot.items.length - 1 },
    decide: session.decide, undo: session.undo, move: session.move, moveBurst: session.moveBurst, open: setDialog,
    toggleZoom: () => send({ type: 'toggle-zoom' }),
    toggleMagnifier: () => setTools((before) => ({ ...before, magnifier: !before.magnifier })), toggleLight: () => setTools((before) => ({ ...before, light: !before.light })),
    turnLight: (knob, by) => relight(turned(light, knob, by)), resetLight: () => relight(plainLight),
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
          <div className="stage">
            <Viewer item={item} state={waitsForFirst ? { name: 'loading', itemId: '' } : viewer} send={send} light={light} magnifier={tools.magnifier} />
            {tools.light && <LightPanel light={light} change={relight} reset={context.resetLight} />}
          </div>
          <aside className="side">
            {item !== null && (
              <>
                <Evidence item={item} decision={snapshot.decisions.get(item.id)} classes={snapshot.classes} answer={(digit) => run(`pick-${digit}`)} accept={() => run('accept')} />
                <h2>{t('review.classes')}</h2>
                <ActionButtons className="acts-classes" label={t('review.classes')} context={context} actions={actions.filter((action) => action.group === 'class').slice(0, 40)} />
                {macros.length > 0 && <><h2>{t('group.macro')}</h2><ActionButtons className="acts-classes" label={t('group.macro')} context={context} actions={actions.filter((action) => action.group === 'macro')} /></>}
                <h2>{t('review.other')}</h2>
                <ActionButtons className="acts-other" label={t('review.other')} context={context} actions={named('unsure', 'not-in-list', 'bad-image', 'person', 'skip', 'repeat', 'search', 'comment')} />
                {snapshot.comment !== '' && <p className="quiet comment">{t('review.comment.has', { comment: snapshot.comment })}</p>}
                <AboutImage item={item} />
              </>
            )}
          </aside>
          <div className="foot">
            <ActionButtons className="acts-move" label={t('group.move')} context={context} actions={named('previous', 'undo', 'next')} />
            <ActionButtons className="acts-move" label={t('group.look')} context={context} actions={named('zoom', 'magnifier', 'light')} />
            <ActionButtons className="acts-move" label={t('group.page')} context={context} actions={named('commands', 'help', 'macros')} />
          </div>
        </>
      ) : <Ended snapshot={snapshot} project={project} again={() => { void session.fill(); }} undo={context.canUndo ? session.undo : undefined} />}
      <HelpSheet opened={dialog === 'help'} onClose={close} actions={actions} keymap={preferences.keys} change={(keys) => prefer((before) => ({ ...before, keys: keys as typeof before.keys }))} />
      <SearchDialog opened={dialog === 'search'} onClose={close} palette={palette} choose={(classId) => { close(); session.decide({ kind: 'class', classId }); }} />
      <CommandDialog opened={dialog === 'commands'} onClose={close} actions={actions} context={context} pages={pages} />
      <CommentDialog opened={dialog === 'comment'} onClose={close} comment={snapshot.comment} keep={(comment) => { session.setComment(comment); close(); }} />
      <MacrosDialog
        opened={dialog === 'macros'} onClose={close} project={project} palette={palette} macros={macros}
        taken={(key) => { const owner = ownerOf(actions, key); return owner === undefined ? null : t(owner.label, owner.labelParams); }}
        change={(own) => prefer((before) => ({ ...before, macros: [...before.macros.filter((macro) => macro.project !== project), ...own] }))}
      />
    </div>
  );
}
