import { Alert, Button, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { adjudicateActions, type AdjudicateContext } from '../../actions/adjudicate-actions.ts';
import { withKeys } from '../../actions/keymap.ts';
import { Answered } from '../../components/data-table.tsx';
import { formatFigure, t } from '../../messages/index.ts';
import { decisionInWords, HelpSheet, Keys, paletteOf, SearchDialog, useKeys, usePreferences, useSaveState } from '../review/shared.ts';
import { meQuery, projectQuery } from '../session/index.ts';
import { AnswersSideBySide } from './answers.tsx';
import { useAdjudication } from './use-adjudication.ts';
import { useVerdicts, type Verdicts } from './verdict-queue.ts';

/** What people could not settle: the dearest first, all answers side by side, one key a verdict. */
export function AdjudicateScreen({ project }: { project: string }) {
  const me = useQuery(meQuery).data;
  const classes = useQuery(projectQuery(project)).data?.classes;
  useEffect(() => { document.title = `${t('adjudicate.title')} · ${t('app.name')}`; }, []);
  return me === undefined || classes === undefined ? <div className="review" /> : <Opened key={me.id} project={project} person={me.id} classes={classes} />;
}

interface RoomProps { readonly project: string; readonly person: string; readonly classes: readonly { classId: number; name: string }[] }
function Opened(props: RoomProps) {
  const verdicts = useVerdicts(props.project, props.person);
  return verdicts === null ? <div className="review" /> : <Room {...props} verdicts={verdicts} />;
}

function Room({ project, person, classes, verdicts }: RoomProps & { verdicts: Verdicts }) {
  const queue = useAdjudication(project, verdicts);
  const saving = useSaveState(verdicts.queue);
  const [preferences, prefer] = usePreferences(person);
  const [dialog, setDialog] = useState<'search' | 'help' | null>(null);
  const [comment, setComment] = useState('');
  const palette = useMemo(() => paletteOf(classes), [classes]);
  const actions = useMemo(() => withKeys(adjudicateActions(palette), preferences.keys), [palette, preferences.keys]);
  useEffect(() => setComment(''), [queue.current?.id]);
  const context: AdjudicateContext = {
    mayDecide: queue.current !== null, canUndo: queue.canUndo, split: queue.current?.split ?? [],
    decide: (verdict) => queue.decide(verdict, comment), undo: queue.undo, move: queue.move, open: setDialog,
  };
  useKeys(actions, context, dialog === null);
  const current = queue.current;
  return (
    <div className="adjudicate">
      <h1 className="visually-hidden">{t('adjudicate.title')}</h1>
      <aside className="queue" aria-label={t('adjudicate.queue')}>
        <p className="quiet" role="status">{t('adjudicate.left', { count: queue.total })}</p>
        <p className="status-save" data-testid="save-state" data-status={saving.status} data-waiting={saving.waiting}>{t(`review.save.${saving.status}`, { count: saving.waiting })}</p>
        <Answered query={queue.pages}>
          {() => (
            <ol>
              {queue.items.map((item, index) => (
                <li key={item.id}>
                  <button type="button" aria-current={index === queue.at} onClick={() => queue.choose(item.id)}>
                    <img src={item.images.thumbnail} alt="" loading="lazy" />
                    <span><strong>{t(`adjudicate.why.${item.why}`)}</strong><span className="quiet">{t('adjudicate.answers', { count: item.answers })} · {t('adjudicate.cost', { cost: formatFigure(item.expectedCost) })}</span></span>
                  </button>
                </li>
              ))}
            </ol>
          )}
        </Answered>
      </aside>
      <div className="adjudicate-error" aria-live="polite">
        {saving.refusals.map(({ job, code, detail }) => (
          <Alert key={job.key} color="yellow" variant="light" title={t('adjudicate.refused.title')} className="note">
            <p className="note-text">{job.kind === 'annotate' ? `${decisionInWords(job.decision, classes)}: ` : ''}{code === 'REVIEW_ITEM_SETTLED' ? t('adjudicate.refused.settled') : detail}</p>
            <Button variant="default" size="xs" onClick={() => verdicts.queue.forgetRefusal(job.key)}>{t('review.refused.dismiss')}</Button>
          </Alert>
        ))}
      </div>
      {current === null ? (queue.pages.isSuccess && <div className="ended" data-testid="adjudicate-empty"><Title order={2} size="h3">{t('adjudicate.empty')}</Title><p className="lead">{t('adjudicate.empty.text')}</p>{queue.canUndo && <Button variant="default" onClick={queue.undo}>{t('action.undo')}</Button>}</div>) : (
        <>
          <div className="stage"><div className="viewer" data-testid="adjudicate-item" data-item={current.id}><img key={current.id} src={current.images.fitted} alt={t('review.image.plain')} draggable={false} style={{ backgroundImage: `url("${current.images.thumbnail}")` }} /></div></div>
          <div className="side">
            <AnswersSideBySide project={project} entry={current} detail={queue.detail} decide={context.decide} />
            <h2>{t('adjudicate.verdict')}</h2>
            <div role="group" aria-label={t('adjudicate.verdict')} className="acts-classes">
              {actions.filter((action) => action.group === 'class' || action.id === 'adjudicate-unusable').map((action) => (
                <button key={action.id} type="button" className="act" data-testid={action.id} onClick={() => action.run(context)}><span>{t(action.label, action.labelParams)}</span><Keys keys={action.keys.slice(0, 1)} /></button>
              ))}
            </div>
            <Textarea size="sm" label={t('review.comment.label')} autosize minRows={1} maxRows={5} maxLength={2000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
            <div className="acts">
              <Button size="xs" variant="default" disabled={!queue.canUndo} onClick={queue.undo}>{t('action.undo')}</Button>
              <Button size="xs" variant="default" onClick={() => setDialog('help')}>{t('action.help')}</Button>
            </div>
          </div>
        </>
      )}
      {dialog === 'help' && <HelpSheet opened onClose={() => setDialog(null)} actions={actions} keymap={preferences.keys} change={(keys) => prefer((before) => ({ ...before, keys: Object.fromEntries(Object.entries(keys).map(([id, own]) => [id, [...own]])) }))} />}
      {dialog === 'search' && <SearchDialog opened onClose={() => setDialog(null)} palette={palette} choose={(classId) => { setDialog(null); context.decide({ kind: 'class', classId }); }} />}
    </div>
  );
}
