import { Button, NativeSelect, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { datasetDiffSchema } from '../../../../contracts/datasets.ts';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatNumber, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { projectQuery, useMay, useProjectSlug } from '../session/index.ts';
import { countByClass } from './count-by-class.ts';
import { LabelledPictures } from './labelled-pictures.tsx';

type Reply = z.output<typeof datasetDiffSchema>;
export interface DiffAsked { readonly from?: number | undefined; readonly to?: number | undefined }

/** What came in, went out or changed its label between two versions: counts by class, and the pictures. */
export function DiffScreen({ chosen, choose }: { chosen: DiffAsked; choose: (next: DiffAsked) => void }) {
  const project = useProjectSlug();
  const versions = useQuery({ queryKey: ['datasets', project], queryFn: () => api.datasets(project) });
  return (
    <PageFrame title={t('diff.title')} lead={t('diff.lead')}>
      <Answered query={versions}>
        {({ items }) => {
          const [newest] = items;
          if (newest === undefined || items.length < 2) return <Paper withBorder className="empty-note">{t('diff.few')}</Paper>;
          const to = chosen.to ?? newest.number;
          const from = chosen.from ?? items.find(({ number }) => number === to)?.parentNumber ?? items.find(({ number }) => number !== to)?.number ?? to;
          const options = items.map(({ number }) => ({ value: String(number), label: t('models.versionTitle', { number }) }));
          return (
            <>
              <div className="choose-two">
                <NativeSelect label={t('diff.from')} data={options} value={String(from)} onChange={(event) => choose({ from: Number(event.currentTarget.value), to })} />
                <NativeSelect label={t('diff.to')} data={options} value={String(to)} onChange={(event) => choose({ from, to: Number(event.currentTarget.value) })} />
              </div>
              {from === to ? <Paper withBorder className="empty-note">{t('compare.same')}</Paper> : <Diff key={`${from}/${to}`} project={project} from={from} to={to} />}
            </>
          );
        }}
      </Answered>
    </PageFrame>
  );
}

const sides = ['added', 'removed', 'changed'] as const;
type Side = (typeof sides)[number];

function Diff({ project, from, to }: { project: string; from: number; to: number }) {
  const diff = useQuery({ queryKey: ['dataset-diff', project, from, to], queryFn: () => api.datasetDiff(project, from, to), staleTime: Infinity });
  const classes = useQuery(projectQuery(project)).data?.classes ?? [];
  const nameOf = (classId: number): string => classes.find((each) => each.classId === classId)?.name ?? String(classId);
  return <Answered query={diff}>{(data) => <Shown project={project} data={data} nameOf={nameOf} />}</Answered>;
}

function Shown({ project, data, nameOf }: { project: string; data: Reply; nameOf: (classId: number) => string }) {
  const maySee = useMay()('engineer');
  const first = sides.find((side) => data[side].length > 0);
  const [side, setSide] = useState<Side | null>(first ?? null);
  const [classId, setClassId] = useState<number | null>(null);
  if (first === undefined) return <Paper withBorder className="empty-note">{t('datasets.diff.none')}</Paper>;
  const rows = countByClass(data);
  const pictures = side === null ? [] : side === 'changed'
    ? data.changed.map(({ before, after }) => ({ imageId: after.imageId, classId: after.classId, before: before.classId, split: after.split }))
    : data[side].map((row) => ({ imageId: row.imageId, classId: row.classId, before: null, split: row.split }));
  const wanted = pictures.filter((each) => classId === null || each.classId === classId || each.before === classId);
  return (
    <>
      <ul className="flip-cards">
        {sides.map((each) => <li key={each}><button type="button" disabled={data[each].length === 0} aria-pressed={each === side} onClick={() => setSide(each)}><strong>{formatNumber(data[each].length)}</strong><span>{t(`datasets.${each}`)}</span></button></li>)}
      </ul>
      {maySee && side !== null && (
        <section aria-labelledby="pictures">
          <div className="section-head">
            <Title order={2} size="h4" id="pictures">{t(`diff.pictures.${side}`)}</Title>
            <NativeSelect aria-label={t('datasets.class')} value={classId === null ? '' : String(classId)} onChange={(event) => setClassId(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))} data={[{ value: '', label: t('diff.everyClass') }, ...rows.map((row) => ({ value: String(row.classId), label: nameOf(row.classId) }))]} />
          </div>
          <LabelledPictures key={`${side}/${classId}`} project={project} pictures={wanted} nameOf={nameOf} />
        </section>
      )}
      <section aria-labelledby="by-class">
        <Title order={2} size="h4" id="by-class">{t('models.byClass')}</Title>
        <DataTable
          caption={t('datasets.diff.title', { from: data.from ?? 0, to: data.to })} rows={rows} rowKey={(row) => String(row.classId)} empty={t('datasets.diff.none')}
          columns={[
            { head: t('datasets.class'), cell: (row) => <strong>{nameOf(row.classId)}</strong> }, { head: t('datasets.added'), figure: true, cell: (row) => formatNumber(row.added) },
            { head: t('datasets.removed'), figure: true, cell: (row) => formatNumber(row.removed) }, { head: t('datasets.changed.from'), figure: true, cell: (row) => formatNumber(row.from) }, { head: t('datasets.changed.to'), figure: true, cell: (row) => formatNumber(row.to) },
            ...(maySee ? [{ head: t('models.act'), cell: (row: (typeof rows)[number]) => <Button size="xs" variant="default" aria-label={t('diff.show.named', { name: nameOf(row.classId) })} onClick={() => { setClassId(row.classId); setSide(row.from + row.to > 0 ? 'changed' : row.added > 0 ? 'added' : 'removed'); }}>{t('diff.show')}</Button> }] : []),
          ]}
        />
      </section>
    </>
  );
}
