import { Button, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { ProblemNote } from '../../components/problem.tsx';
import { formatTime, t } from '../../messages/index.ts';
import { api } from '../../services.ts';

const sample = 20;

/** Images whose label is known for certain, and how often people were right on each. */
export function GoldImages({ project }: { project: string }) {
  const client = useQueryClient();
  const gold = useQuery({ queryKey: ['gold', project], queryFn: () => api.goldImages(project) });
  const again = { onSuccess: () => { void client.invalidateQueries({ queryKey: ['gold', project] }); } };
  const add = useMutation({ mutationFn: () => api.addGold(project, sample), ...again });
  const retire = useMutation({ mutationFn: (imageId: string) => api.retireGold(project, imageId), ...again });
  return (
    <section aria-labelledby="quality-gold">
      <div className="page-head">
        <div><Title order={2} size="h4" id="quality-gold">{t('quality.gold')}</Title><p className="lead">{t('quality.gold.lead')}</p></div>
        <div className="acts with-word"><Button size="xs" variant="default" loading={add.isPending} onClick={() => add.mutate()}>{t('quality.gold.add')}</Button><span className="quiet" role="status">{add.data !== undefined && t('quality.gold.added', { count: add.data.added })}</span></div>
      </div>
      {(add.error ?? retire.error) !== null && <ProblemNote error={add.error ?? retire.error} />}
      <Answered query={gold}>
        {({ items }) => (
          <DataTable
            caption={t('quality.gold')} rows={items} rowKey={(row) => row.imageId} empty={t('quality.gold.none')}
            columns={[
              { head: t('quality.class'), cell: (row) => <strong>{row.className}</strong> }, { head: t('quality.gold.right'), figure: true, cell: (row) => t('quality.gold.share', { right: row.right, asked: row.asked }) },
              { head: t('quality.gold.since'), cell: (row) => <time dateTime={row.addedAt}>{formatTime(row.addedAt)}</time> },
              { head: t('quality.gold.retire'), cell: (row) => <Button size="xs" variant="subtle" onClick={() => retire.mutate(row.imageId)}>{t('quality.gold.retire')}</Button> },
            ]}
          />
        )}
      </Answered>
    </section>
  );
}
