import '../styles-models.css';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Answered, DataTable } from '../components/data-table.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { Progress, RetrainPanel, useRetrain } from '../features/models/index.ts';
import { useMay, useProjectSlug } from '../features/session/index.ts';
import { formatTime, isMessageKey, t } from '../messages/index.ts';
import { api, newKey } from '../services.ts';

const nameInWords = (name: string): string => { const key = `schedules.${name}`; return isMessageKey(key) ? t(key) : name; };

export function SchedulesPage() {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const client = useQueryClient();
  const schedules = useQuery({ queryKey: ['schedules', project], queryFn: () => api.schedules(project), refetchInterval: (query) => (query.state.data?.items.some((each) => each.running != null) === true ? 2_000 : 15_000) });
  const retrain = useRetrain(project);
  const after = { onSuccess: () => client.invalidateQueries({ queryKey: ['schedules', project] }) };
  const pause = useMutation({ mutationFn: ({ name, paused }: { name: string; paused: boolean }) => api.editSchedule(project, name, { paused }), ...after });
  const run = useMutation({ mutationFn: (name: string) => api.runSchedule(project, name, newKey()), ...after });
  const error = pause.error ?? run.error;
  return (
    <PageFrame
      title={t('schedules.title')} lead={t('schedules.lead')}
      acts={mayAct && <><Button variant="default" disabled={retrain.running} onClick={() => retrain.start('full')}>{t('schedules.retrain.full')}</Button><Button loading={retrain.running} onClick={() => retrain.start('light')}>{t('schedules.retrain.light')}</Button></>}
    >
      <RetrainPanel state={retrain.state} error={retrain.error} stopping={retrain.stopping} {...(mayAct && { stop: retrain.stop })} />
      {error !== null && <ProblemNote error={error} />}
      {run.isSuccess && <p className="toast" role="status">{t('schedules.started', { name: nameInWords(run.variables) })}</p>}
      <Answered query={schedules}>
        {({ items }) => (
          <DataTable
            caption={t('schedules.title')} rows={items} rowKey={(each) => each.name} empty={t('schedules.empty')}
            columns={[
              { head: t('schedules.name'), cell: (each) => <><strong>{nameInWords(each.name)}</strong>{each.running != null && <div className="running" role="status"><span className="quiet">{t('schedules.running', { step: each.running.step })}</span><Progress progress={each.running.progress} /></div>}</> },
              { head: t('schedules.when'), cell: (each) => <><code>{each.cron}</code> <span className="quiet">{each.timeZone}</span></> },
              { head: t('schedules.next'), cell: (each) => (each.paused ? t('schedules.paused') : each.nextAt === null ? '–' : <time dateTime={each.nextAt}>{formatTime(each.nextAt)}</time>) },
              { head: t('schedules.last'), cell: (each) => (each.lastAt === null ? t('schedules.never') : <time dateTime={each.lastAt}>{formatTime(each.lastAt)}</time>) },
              ...(mayAct ? [{
                head: t('models.act'), cell: (each: (typeof items)[number]) => (
                  <div className="acts">
                    <Button size="xs" variant="default" aria-label={`${t(each.paused ? 'schedules.resume' : 'schedules.pause')}: ${nameInWords(each.name)}`} onClick={() => pause.mutate({ name: each.name, paused: !each.paused })}>{t(each.paused ? 'schedules.resume' : 'schedules.pause')}</Button>
                    <Button size="xs" variant="default" aria-label={`${t('schedules.run')}: ${nameInWords(each.name)}`} loading={run.isPending && run.variables === each.name} onClick={() => run.mutate(each.name)}>{t('schedules.run')}</Button>
                  </div>
                ),
              }] : []),
            ]}
          />
        )}
      </Answered>
    </PageFrame>
  );
}
