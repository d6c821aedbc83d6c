import { Button, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Answered } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useMay, useProjectSlug } from '../session/index.ts';
import { DecideDialog } from './decide-dialog.tsx';
import { RetrainPanel, useRetrain } from './retrain-panel.tsx';
import { Promotions, Versions } from './tables.tsx';
import { useDecide } from './use-decide.ts';

/** Who is on the road, given by the page; versions, what the gate said, who was champion; and, for engineers, retrain, promote and roll back. */
export function ModelsScreen({ road, drills }: { road?: ReactNode; drills?: ReactNode }) {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const versions = useQuery({ queryKey: ['model-versions', project], queryFn: () => api.modelVersions(project) });
  const reports = useQuery({ queryKey: ['gate-reports', project], queryFn: () => api.gateReports(project) });
  const promotions = useQuery({ queryKey: ['promotions', project], queryFn: () => api.promotions(project) });
  const retrain = useRetrain(project);
  const decide = useDecide(project, versions.data?.items.find((each) => each.champion)?.number ?? null);
  const canGoBack = (promotions.data?.items ?? []).some((each) => each.from !== null);
  return (
    <PageFrame
      title={t('models.title')} lead={t('models.lead')}
      acts={mayAct && (
        <>
          <Button variant="subtle" component={Link} to={`/p/${project}/models/compare`}>{t('models.compare')}</Button>
          <Button variant="subtle" component={Link} to={`/p/${project}/models/hindsight`}>{t('models.hindsight')}</Button>
          <Button variant="default" disabled={!canGoBack} onClick={() => decide.ask({ kind: 'rollback' })}>{t('models.rollBack')}</Button>
          <Button onClick={() => retrain.start('light')} loading={retrain.running} data-testid="retrain-now">{t('models.retrain')}</Button>
        </>
      )}
    >
      <RetrainPanel state={retrain.state} error={retrain.error} stopping={retrain.stopping} {...(mayAct && { stop: retrain.stop })} />
      {decide.done !== null && <p className="toast" role="status">{decide.done}</p>}
      {road}
      <section aria-labelledby="versions"><Title order={2} size="h4" id="versions">{t('models.versions')}</Title>
        <Answered query={versions}>{({ items }) => <Versions project={project} versions={items} reports={reports.data?.items ?? []} promote={mayAct ? (number) => decide.ask({ kind: 'promotion', number }) : null} />}</Answered>
      </section>
      <section aria-labelledby="promotions"><Title order={2} size="h4" id="promotions">{t('models.promotions')}</Title>
        <Answered query={promotions}>{({ items }) => <Promotions promotions={items} project={project} />}</Answered>
      </section>
      {drills}
      <DecideDialog decide={decide} />
    </PageFrame>
  );
}
