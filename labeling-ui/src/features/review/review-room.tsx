import { useMemo, useState } from 'react';
import { withKeys } from '../../actions/keymap.ts';
import { reviewActions, type ReviewAction, type ReviewContext, type ReviewDialog, type ReviewView } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';
import { plainLight, turned } from '../../viewer/light.ts';
import { mayDecide } from '../../viewer/states/index.ts';
import { ActionButtons } from './action-buttons.tsx';
import { Activation } from './activation.tsx';
import { Announcer } from './announcer.tsx';
import { Dialogs } from './dialogs.tsx';
import { Ended } from './ended.tsx';
import { AboutImage, Evidence } from './evidence.tsx';
import { FrameStrip } from './frame-strip.tsx';
import { LightPanel } from './light-panel.tsx';
import { MoreEvidence } from './more-evidence.tsx';
import { Notices } from './notices.tsx';
import { paletteOf } from './palette.ts';
import { usePreferences } from './preferences.ts';
import { StatusBar } from './status-bar.tsx';
import { useBurst } from './use-burst.ts';
import { useKeys } from './use-keys.ts';
import { usePageCommands } from './use-page-commands.ts';
import { type Review, useSaveState, useSnapshot } from './use-review.ts';
import { useViewer, Viewer } from './viewer.tsx';
import { ViewSwitch } from './view-switch.tsx';

interface RoomProps { readonly review: Review; readonly project: string; readonly person: string; readonly view: 'single' | 'burst'; readonly show: (view: ReviewView) => void }

/** One image or one burst at a time: what is seen, what helps to decide, and every way to answer. */
export function ReviewRoom({ review: { session, queue, images, table }, project, person, view, show }: RoomProps) {
  const snapshot = useSnapshot(session);
  const saving = useSaveState(queue);
  const [preferences, prefer] = usePreferences(person);
  const [dialog, setDialog] = useState<ReviewDialog | null>(null);
  const [tools, setTools] = useState({ magnifier: false, light: false, activation: false });
  const { light } = preferences;
  const item = snapshot.items[snapshot.position] ?? null;
  const burst = useBurst({ project, item, table, images, classes: snapshot.classes, decide: session.decide });
  const [viewer, send] = useViewer(item, images, burst.shown);
  const palette = useMemo(() => paletteOf(snapshot.classes), [snapshot.classes]);
  const macros = useMemo(() => preferences.macros.filter((macro) => macro.project === project), [preferences.macros, project]);
  const actions = useMemo(() => withKeys(reviewActions(palette, macros), preferences.keys), [palette, macros, preferences.keys]);
  const pages = usePageCommands(project);
  const relight = (next: typeof light): void => prefer((before) => ({ ...before, light: next }));
  const context: ReviewContext = {
    item, palette, lastDecision: snapshot.lastDecision, mayDecide: mayDecide(viewer),
    canUndo: snapshot.times.length > 0 || queue.lastSaved() !== undefined,
    canGo: table === null ? { back: snapshot.position > 0, on: snapshot.position < snapshot.items.length - 1 } : { back: true, on: true },
    decide: burst.decide, undo: session.undo, open: setDialog, view, show,
    move: table === null ? session.move : burst.move, moveBurst: table === null ? session.moveBurst : session.move,
    mayExcept: burst.mayExcept, toggleException: burst.toggleException, against: burst.compare,
    toggleZoom: () => send({ type: 'toggle-zoom' }),
    toggleMagnifier: () => setTools((before) => ({ ...before, magnifier: !before.magnifier })), toggleLight: () => setTools((before) => ({ ...before, light: !before.light })), toggleActivation: () => setTools((before) => ({ ...before, activation: !before.activation })),
    turnLight: (knob, by) => relight(turned(light, knob, by)), resetLight: () => relight(plainLight),
  };
  useKeys(actions, context, dialog === null);
  const named = (...ids: string[]): readonly ReviewAction[] => ids.flatMap((id) => actions.filter((action) => action.id === id));
  const run = (id: string): void => {
    const action = actions.find((each) => each.id === id);
    if (action?.enabledWhen(context)) action.run(context);
  };
  const waitsForFirst = item === null && snapshot.phase !== 'empty' && snapshot.phase !== 'failed';

  return (
    <div className="review">
      <h1 className="visually-hidden">{t('review.title')}</h1>
      <StatusBar snapshot={snapshot} saving={saving}><ViewSwitch context={context} actions={actions} /></StatusBar>
      <Notices snapshot={snapshot} saving={saving} queue={queue} asking={burst.asking} />
      <Announcer snapshot={snapshot} />
      {item !== null || waitsForFirst ? (
        <>
          <div className="stage" data-burst={table !== null}>
            <Viewer item={item} shown={burst.shown} state={waitsForFirst ? { name: 'loading', itemId: '' } : viewer} send={send} light={light} magnifier={tools.magnifier} against={burst.against} over={tools.activation && item?.prediction != null && (burst.shown?.imageId ?? item.imageId) === item.imageId ? (style) => <Activation project={project} item={item} style={style} /> : undefined} />
            {tools.light && <LightPanel light={light} change={relight} reset={context.resetLight} />}
            {table !== null && item !== null && <FrameStrip frames={burst.frames} at={burst.at} seen={table.seen(item.id)} exceptions={table.exceptions(item.id)} classes={snapshot.classes} show={burst.show} see={(imageId) => table.see(item.id, imageId)} />}
          </div>
          <aside className="side">
            {item !== null && (
              <>
                {burst.excepting && <p className="chosen" role="status">{t('burst.excepting')}</p>}
                <Evidence item={item} decision={snapshot.decisions.get(item.id)} classes={snapshot.classes} answer={(digit) => run(`pick-${digit}`)} accept={() => run('accept')} />
                <h2>{t('review.classes')}</h2>
                <ActionButtons className="acts-classes" label={t('review.classes')} context={context} actions={actions.filter((action) => action.group === 'class').slice(0, 40)} />
                {macros.length > 0 && <><h2>{t('group.macro')}</h2><ActionButtons className="acts-classes" label={t('group.macro')} context={context} actions={actions.filter((action) => action.group === 'macro')} /></>}
                <h2>{t('review.other')}</h2>
                <ActionButtons className="acts-other" label={t('review.other')} context={context} actions={named(...(table === null ? [] : ['except']), 'unsure', 'not-in-list', 'bad-image', 'person', 'skip', 'repeat', 'search', 'comment')} />
                {snapshot.comment !== '' && <p className="quiet comment">{t('review.comment.has', { comment: snapshot.comment })}</p>}
                <AboutImage item={item} />
                <MoreEvidence project={project} item={item} classes={snapshot.classes} />
              </>
            )}
          </aside>
          <div className="foot">
            <ActionButtons className="acts-move" label={t('group.move')} context={context} actions={named(...(table === null ? ['previous', 'undo', 'next'] : ['previous-burst', 'undo', 'next-burst']))} />
            <ActionButtons className="acts-move" label={t('group.look')} context={context} actions={named('zoom', 'magnifier', 'activation', 'light', ...(burst.frames.length > 1 ? ['against-previous'] : []))} />
            <ActionButtons className="acts-move" label={t('group.page')} context={context} actions={named('commands', 'help', 'macros')} />
          </div>
        </>
      ) : <Ended snapshot={snapshot} project={project} again={() => { void session.fill(); }} undo={context.canUndo ? session.undo : undefined} />}
      <Dialogs dialog={dialog} close={() => setDialog(null)} project={project} palette={palette} actions={actions} context={context} pages={pages} macros={macros} comment={snapshot.comment} setComment={session.setComment} preferences={preferences} prefer={prefer} />
    </div>
  );
}
