import { Alert, Button, Paper, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { ProblemNote } from '../../components/problem.tsx';
import { formatFigure, formatTime, t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';
import { isOver, personOf, stageInWords } from './words.ts';

/** What a person should know of, and who is on the road. */
export function ChallengesPanel({ project, mayAct }: { project: string; mayAct: boolean }) {
  const challenges = useQuery({ queryKey: ['challenges', project], queryFn: () => api.challenges(project), refetchInterval: (query) => (query.state.data?.items.some(({ stage }) => !isOver(stage)) === true ? 5_000 : 30_000) });
  return (
    <>
      <Alerts project={project} mayAct={mayAct} />
      <section aria-labelledby="road">
        <Title order={2} size="h4" id="road">{t('road.title')}</Title>
        <Answered query={challenges}>
          {({ items }) => (
            <DataTable
              caption={t('road.title')} rows={items} rowKey={({ id }) => id} empty={t('road.empty')}
              columns={[
                { head: t('models.challenger'), cell: (each) => <Link to="/p/$project/challenges/$challenge" params={{ project, challenge: each.id }}><strong>{t('models.versionTitle', { number: each.challenger })}</strong></Link> },
                { head: t('road.against'), figure: true, cell: (each) => each.champion },
                { head: t('road.stage'), cell: (each) => <span className="road-stage" data-over={isOver(each.stage)}>{stageInWords(each.stage, each.canaryPercent)}</span> },
                { head: t('models.reason'), cell: (each) => each.reason },
                { head: t('models.by'), cell: (each) => personOf(each.decidedBy) },
                { head: t('road.since'), cell: (each) => <time dateTime={each.since}>{formatTime(each.since)}</time> },
              ]}
            />
          )}
        </Answered>
      </section>
    </>
  );
}

function Alerts({ project, mayAct }: { project: string; mayAct: boolean }) {
  const client = useQueryClient();
  const alerts = useQuery({ queryKey: ['alerts', project], queryFn: () => api.alerts(project), refetchInterval: 15_000 });
  const resolve = useMutation({ mutationFn: (kind: string) => api.resolveAlert(project, kind), onSuccess: () => client.invalidateQueries({ queryKey: ['alerts', project] }) });
  return (alerts.data?.items ?? []).map((alert) => (
    <Alert key={alert.kind} color="yellow" variant="light" title={t('road.alert', { when: formatTime(alert.at) })} className="note" role="status">
      <p className="note-text">{alert.sentence}</p>
      {mayAct && <Button size="xs" variant="default" loading={resolve.isPending} onClick={() => resolve.mutate(alert.kind)}>{t('road.alert.seen')}</Button>}
    </Alert>
  ));
}

/** The last rehearsal of a rollback, and how long it took. */
export function Drills({ project, mayAct }: { project: string; mayAct: boolean }) {
  const client = useQueryClient();
  const drills = useQuery({ queryKey: ['drills', project], queryFn: () => api.drills(project) });
  const drill = useMutation({ mutationFn: (key: string) => api.drill(project, key), onSettled: () => client.invalidateQueries({ queryKey: ['drills', project] }) });
  const seconds = (ms: number | null): string => (ms === null ? '–' : t('road.drill.seconds', { count: formatFigure(ms / 1000) }));
  return (
    <section aria-labelledby="drills">
      <div className="section-head"><Title order={2} size="h4" id="drills">{t('road.drills')}</Title>{mayAct && <Button size="xs" variant="default" loading={drill.isPending} onClick={() => drill.mutate(newKey())}>{t('road.drill.now')}</Button>}</div>
      {drill.isError && <ProblemNote error={drill.error} />}
      {drill.data !== undefined && <p className="toast" role="status">{drill.data.why}</p>}
      <Answered query={drills}>
        {({ items: [last] }) => (last === undefined ? <Paper withBorder className="empty-note">{t('road.drill.none')}</Paper> : (
          <Paper withBorder className="card">
            <p><span className="verdict-word" data-verdict={last.outcome === 'done' ? 'pass' : 'hold'}>{t(`road.drill.${last.outcome}`)}</span> <time className="quiet" dateTime={last.at}>{formatTime(last.at)}</time></p>
            <p>{last.sentence}</p>
            <dl className="figures figures-small"><div><dt>{t('road.drill.back')}</dt><dd>{seconds(last.backMs)}</dd></div><div><dt>{t('road.drill.forth')}</dt><dd>{seconds(last.forthMs)}</dd></div></dl>
          </Paper>
        ))}
      </Answered>
    </section>
  );
}
