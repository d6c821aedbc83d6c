import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Answered, DataTable } from '../components/data-table.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { useMay, useProjectSlug } from '../features/session/index.ts';
import { formatNumber, formatTime, t } from '../messages/index.ts';
import { api } from '../services.ts';

export function DatasetsPage() {
  const project = useProjectSlug();
  const mayExport = useMay()('engineer');
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
                    {version.parentNumber !== null && <Button size="xs" variant="default" aria-label={t('datasets.diff.named', { number: version.number })} component={Link} to={`/p/${project}/datasets/diff?from=${version.parentNumber}&to=${version.number}`}>{t('datasets.diff')}</Button>}
                    {mayExport && (['coco', 'parquet'] as const).map((format) => <Button key={format} size="xs" variant="subtle" component="a" download href={`/v1/projects/${encodeURIComponent(project)}/datasets/${version.number}/export?format=${format}`} aria-label={t('datasets.export.named', { number: version.number, format: t(`datasets.format.${format}`) })}>{t(`datasets.format.${format}`)}</Button>)}
                  </div>
                ),
              },
            ]}
          />
        )}
      </Answered>
    </PageFrame>
  );
}
