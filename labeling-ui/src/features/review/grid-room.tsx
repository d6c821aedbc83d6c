import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Button, Title } from '@mantine/core';
import { gridActions, type GridContext } from '../../actions/grid-actions.ts';
import { withKeys } from '../../actions/keymap.ts';
import type { ReviewView } from '../../actions/review-actions.ts';
import { Answered } from '../../components/data-table.tsx';
import { ProblemNote } from '../../components/problem.tsx';
import { formatNumber, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { keepFocus } from './action-buttons.tsx';
import { saysEmpty } from './frames.ts';
import type { GridSession } from './grid-session.ts';
import { GridTiles } from './grid-tiles.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { Keys } from './keys.tsx';
import { Notices } from './notices.tsx';
import { paletteOf } from './palette.ts';
import { usePreferences } from './preferences.ts';
import type { SaveQueue } from './save-queue.ts';
import { StatusBar } from './status-bar.tsx';
import { useGrid } from './use-grid.ts';
import { useKeys } from './use-keys.ts';
import { useSaveState } from './use-review.ts';
import { ViewSwitch } from './view-switch.tsx';

interface GridProps { readonly project: string; readonly person: string; readonly show: (view: ReviewView) => void }

/** A page of images that the model puts in one class: mark the exceptions, one key accepts the rest. */
export function GridRoom({ project, person, show }: GridProps) {
  const [classId, setClassId] = useState<number | null>(null);
  const classes = useQuery({ queryKey: ['grid-classes', project], queryFn: () => api.gridClasses(project), refetchOnWindowFocus: true });
  const chosen = classes.data?.items.find((each) => each.classId === classId) ?? null;
  if (chosen !== null) return <OneClass key={chosen.classId} project={project} person={person} show={show} classId={chosen.classId} name={chosen.name} leave={() => { setClassId(null); void classes.refetch(); }} />;
  return (
    <div className="review grid-choose">
      <h1 className="visually-hidden">{t('review.title')}</h1>
      <div className="status"><ViewSwitch context={{ view: 'grid', show }} actions={[]} /></div>
      <div className="page">
        <header className="page-head"><div><Title order={2} size="h3">{t('grid.choose')}</Title><p className="lead">{t('grid.choose.lead')}</p></div></header>
        <Answered query={classes}>
          {({ items }) => (items.length === 0 ? <p className="empty-note">{t('grid.none')}</p> : (
            <ul className="class-cards">
              {items.map((each) => <li key={each.classId}><button type="button" data-testid={`grid-class-${each.name}`} onClick={() => setClassId(each.classId)}><strong>{each.name}</strong><span>{t('grid.count', { count: each.count })}</span></button></li>)}
            </ul>
          ))}
        </Answered>
      </div>
    </div>
  );
}

interface OneProps extends GridProps { readonly classId: number; readonly name: string; readonly leave: () => void }

function OneClass(props: OneProps) {
  const opened = useGrid(props.project, props.person, props.classId);
  return opened === null ? <div className="review" /> : <Page person={props.person} show={props.show} classId={props.classId} name={props.name} leave={props.leave} {...opened} />;
}

const askedForMs = 4_000;

function Page({ person, show, classId, name, leave, session, queue }: Omit<OneProps, 'project'> & { session: GridSession; queue: SaveQueue }) {
  const snapshot = useSyncExternalStore(session.subscribe, session.snapshot);
  const saving = useSaveState(queue);
  const [preferences, prefer] = usePreferences(person);
  const [help, setHelp] = useState(false);
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const tiles = useRef<HTMLUListElement>(null);
  const palette = useMemo(() => paletteOf(snapshot.classes), [snapshot.classes]);
  const actions = useMemo(() => withKeys(gridActions(palette), preferences.keys), [palette, preferences.keys]);
  useEffect(() => setAskedAt(null), [snapshot.items]);
  const accepted = snapshot.items.filter((item) => snapshot.seen.has(item.imageId) && !snapshot.exceptions.has(item.id)).length;
  const marked = snapshot.exceptions.size;
  const here = snapshot.items[snapshot.at] ?? null;
  const commit = (): void => {
    // A whole page of nothing is worth a second look.
    if (saysEmpty(name) && accepted > 1 && (askedAt === null || Date.now() - askedAt > askedForMs)) return setAskedAt(Date.now());
    setAskedAt(null);
    session.commit();
  };
  const context: GridContext = {
    itemId: here?.id ?? null, canCommit: accepted + marked > 0, canUndo: snapshot.canUndo, view: 'grid', commit, undo: session.undo, toggle: session.toggle, except: session.except, show, open: () => setHelp(true),
    move: (columns, rows) => session.go(snapshot.at + columns + rows * columnsOf(tiles.current)),
  };
  useKeys(actions, context, !help);
  return (
    <div className="review grid-room">
      <h1 className="visually-hidden">{t('review.title')}</h1>
      <StatusBar snapshot={snapshot} saving={saving}><ViewSwitch context={context} actions={actions} /></StatusBar>
      <Notices snapshot={{ classes: snapshot.classes, notice: null }} saving={saving} queue={queue} asking={askedAt === null ? null : { decision: { kind: 'class', classId }, count: accepted }} />
      <div className="grid-head">
        <h2>{t('grid.question', { name })}</h2>
        <span className="quiet" role="status">{t('grid.state', { accepted, marked, unseen: snapshot.items.filter((item) => !snapshot.seen.has(item.imageId)).length })}</span>
        <div className="acts">
          <Button size="sm" variant="subtle" onClick={leave}>{t('grid.other')}</Button>
          <Button size="sm" variant="default" disabled={!snapshot.canUndo} onMouseDown={keepFocus} onClick={session.undo} data-testid="grid-undo">{t('action.undo')}</Button>
          <Button size="sm" disabled={!context.canCommit} onMouseDown={keepFocus} onClick={commit} data-testid="grid-commit"><span className="with-key">{t('grid.commit', { count: accepted })}<Keys keys={actions.find((each) => each.id === 'grid-commit')?.keys.slice(0, 1) ?? []} /></span></Button>
        </div>
      </div>
      {snapshot.phase === 'failed' && <ProblemNote error={snapshot.error} again={() => { void session.fill(); }} />}
      {snapshot.phase === 'empty'
        ? <div className="ended" data-testid="grid-empty"><Title order={2} size="h3">{t('grid.done', { name })}</Title>{snapshot.times.length > 0 && <p className="ended-figure">{t('review.empty.done', { count: snapshot.times.length })}</p>}<Button onClick={leave}>{t('grid.other')}</Button></div>
        : <GridTiles ref={tiles} snapshot={snapshot} session={session} />}
      {help && <HelpSheet opened onClose={() => setHelp(false)} actions={actions} keymap={preferences.keys} change={(keys) => prefer((before) => ({ ...before, keys: Object.fromEntries(Object.entries(keys).map(([id, own]) => [id, [...own]])) }))} />}
      <p className="visually-hidden" aria-live="polite">{formatNumber(snapshot.times.length)}</p>
    </div>
  );
}

/** How many tiles stand side by side now. */
function columnsOf(list: HTMLUListElement | null): number {
  return list === null ? 1 : Math.max(1, getComputedStyle(list).gridTemplateColumns.split(' ').length);
}
