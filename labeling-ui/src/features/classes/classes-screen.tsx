import { Button, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatNumber, formatTime, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useMay, useProjectSlug } from '../session/index.ts';
import { type Change, ChangeDialog } from './change-dialog.tsx';

/** The answers the model may give; every change is recorded, and the labels follow. */
export function ClassesScreen() {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const [change, setChange] = useState<Change | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const classes = useQuery({ queryKey: ['classes', project], queryFn: () => api.classes(project) });
  const ask = (next: Change): void => { setDone(null); setChange(next); };
  const nameOf = (classId: number): string => classes.data?.classes.find((each) => each.classId === classId)?.name ?? String(classId);
  return (
    <PageFrame title={t('classes.title')} lead={t('classes.lead')} acts={mayAct && <Button onClick={() => ask({ kind: 'add', name: '' })}>{t('classes.add')}</Button>}>
      {done !== null && <p className="toast" role="status">{done}</p>}
      <Answered query={classes}>
        {(data) => (
          <>
            <DataTable
              caption={t('classes.title')} rows={data.classes} rowKey={(each) => String(each.classId)} empty={t('classes.empty')}
              columns={[
                { head: t('classes.name'), cell: (each) => <strong>{each.name}</strong> },
                { head: t('classes.description'), cell: (each) => each.description ?? <span className="quiet">–</span> },
                { head: t('classes.labels'), figure: true, cell: (each) => formatNumber(each.labels) },
                ...(mayAct ? [{
                  head: t('models.act'), cell: (each: (typeof data.classes)[number]) => (
                    <div className="acts">
                      {(['edit', 'merge', 'split'] as const).map((kind) => <Button key={kind} size="xs" variant="default" aria-label={`${t(`classes.${kind}`)}: ${each.name}`} onClick={() => ask({ kind, of: each })}>{t(`classes.${kind}`)}</Button>)}
                    </div>
                  ),
                }] : []),
              ]}
            />
            {data.proposals.length > 0 && (
              <Paper withBorder className="last-round">
                <Title order={2} size="h4">{t('classes.proposals')}</Title>
                <ul className="proposals">
                  {data.proposals.map((each) => (
                    <li key={each.name}>
                      <span><strong>{each.name}</strong> <span className="quiet">{t('classes.proposed', { count: each.count, people: each.people })}</span></span>
                      {mayAct && <Button size="xs" variant="default" aria-label={t('classes.add.named', { name: each.name })} onClick={() => ask({ kind: 'add', name: each.name })}>{t('classes.add.short')}</Button>}
                    </li>
                  ))}
                </ul>
              </Paper>
            )}
            {data.gone.length > 0 && (
              <section aria-labelledby="gone"><Title order={2} size="h4" id="gone">{t('classes.gone')}</Title>
                <ul className="proposals">{data.gone.map((each) => <li key={each.classId}><span><strong>{each.name}</strong> <span className="quiet">{t(`classes.gone.${each.how}`, { names: each.into.map(nameOf).join(', '), when: formatTime(each.at) })}</span></span></li>)}</ul>
              </section>
            )}
            {change !== null && <ChangeDialog project={project} change={change} classes={data.classes} onClose={() => setChange(null)} onDone={(words) => { setChange(null); setDone(words); }} />}
          </>
        )}
      </Answered>
    </PageFrame>
  );
}
