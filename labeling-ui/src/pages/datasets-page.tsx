import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { datasetDiffSchema, DatasetVersionReply } from '../../../contracts/datasets.ts';
import { Answered, DataTable } from '../components/data-table.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { projectQuery, useMay, useProjectSlug } from '../features/session/index.ts';
import { formatNumber, formatTime, t } from '../messages/index.ts';
import { api } from '../services.ts';

export function DatasetsPage() {
  const project = useProjectSlug();
  const mayExport = useMay()('engineer');
  const [compared, setCompared] = useState<DatasetVersionReply | null>(null);
  const versions = useQuery({ queryKey: ['datasets', project], queryFn: () => api.datasets(project) });
  return (
    <PageFrame title={t('datasets.title')} lead={t('datasets.lead')}>
      <Answered query={versions}>
        {({ items }) => (
          <DataTable
            caption={t('datasets.title')} rows={items} rowKey={(version) => version.id} empty={t('datasets.empty')}
            columns={[
              { head: t('datasets.version'), cell: (version) => <strong>{version.number}</strong> },
              { head: t('datasets.images'), figure: true, cell: (version) => formatNumber(version.imageCount) },
              { head: t('datasets.train'), figure: true, cell: (version) => formatNumber(version.splitCounts['train'] ?? 0) },
              { head: t('datasets.validation'), figure: true, cell: (version) => formatNumber(version.splitCounts['validation'] ?? 0) },
              { head: t('datasets.test'), figure: true, cell: (version) => formatNumber(version.splitCounts['test'] ?? 0) },
              { head: t('datasets.classes'), figure: true, cell: (version) => formatNumber(Object.keys(version.classCounts).length) },
              { head: t('datasets.why'), cell: (version) => version.reason },
              { head: t('datasets.made'), cell: (version) => <time dateTime={version.createdAt}>{formatTime(version.createdAt)}</time> },
              {
                head: t('models.act'), cell: (version) => (
                  <div className="acts">
                    {version.parentNumber !== null && <Button size="xs" variant="default" aria-label={t('datasets.diff.named', { number: version.number })} onClick={() => setCompared(version)}>{t('datasets.diff')}</Button>}
                    {mayExport && (['coco', 'parquet'] as const).map((format) => <Button key={format} size="xs" variant="subtle" component="a" download href={`/v1/projects/${encodeURIComponent(project)}/datasets/${version.number}/export?format=${format}`} aria-label={t('datasets.export.named', { number: version.number, format: t(`datasets.format.${format}`) })}>{t(`datasets.format.${format}`)}</Button>)}
                  </div>
                ),
              },
            ]}
          />
        )}
      </Answered>
      {compared !== null && <Diff project={project} version={compared} onClose={() => setCompared(null)} />}
    </PageFrame>
  );
}

type DiffReply = z.output<typeof datasetDiffSchema>;

/** What came in, went out or changed its label between a version and the one before it, by class. */
function Diff({ project, version, onClose }: { project: string; version: DatasetVersionReply; onClose: () => void }) {
  const from = version.parentNumber ?? 1;
  const diff = useQuery({ queryKey: ['dataset-diff', project, from, version.number], queryFn: () => api.datasetDiff(project, from, version.number), staleTime: Infinity });
  const classes = useQuery(projectQuery(project)).data?.classes ?? [];
  const nameOf = (classId: number): string => classes.find((each) => each.classId === classId)?.name ?? String(classId);
  return (
    <Modal opened onClose={onClose} size="lg" title={t('datasets.diff.title', { from, to: version.number })} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Answered query={diff}>
        {(data) => (
          <div className="stack">
            <dl className="figures figures-small">
              <div><dt>{t('datasets.added')}</dt><dd>{formatNumber(data.added.length)}</dd></div><div><dt>{t('datasets.removed')}</dt><dd>{formatNumber(data.removed.length)}</dd></div><div><dt>{t('datasets.changed')}</dt><dd>{formatNumber(data.changed.length)}</dd></div>
            </dl>
            <DataTable
              caption={t('datasets.diff.title', { from, to: version.number })} rows={byClass(data)} rowKey={(row) => String(row.classId)} empty={t('datasets.diff.none')}
              columns={[
                { head: t('datasets.class'), cell: (row) => nameOf(row.classId) }, { head: t('datasets.added'), figure: true, cell: (row) => formatNumber(row.added) },
                { head: t('datasets.removed'), figure: true, cell: (row) => formatNumber(row.removed) }, { head: t('datasets.changed.from'), figure: true, cell: (row) => formatNumber(row.from) }, { head: t('datasets.changed.to'), figure: true, cell: (row) => formatNumber(row.to) },
              ]}
            />
          </div>
        )}
      </Answered>
    </Modal>
  );
}

/** The differences counted by class. */
function byClass({ added, removed, changed }: DiffReply): { classId: number; added: number; removed: number; from: number; to: number }[] {
  const rows = new Map<number, { classId: number; added: number; removed: number; from: number; to: number }>();
  const count = (classId: number, what: 'added' | 'removed' | 'from' | 'to'): void => {
    const row = rows.get(classId) ?? { classId, added: 0, removed: 0, from: 0, to: 0 };
    row[what] += 1;
    rows.set(classId, row);
  };
  for (const row of added) count(row.classId, 'added');
  for (const row of removed) count(row.classId, 'removed');
  for (const { before, after } of changed) if (before.classId !== after.classId) { count(before.classId, 'from'); count(after.classId, 'to'); }
  return [...rows.values()].toSorted((a, b) => a.classId - b.classId);
}
