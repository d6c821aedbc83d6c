import { useQuery } from '@tanstack/react-query';
import { Answered, DataTable } from '../components/data-table.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { OpenRoundButton } from '../features/home/index.ts';
import { useMay, useProjectSlug } from '../features/session/index.ts';
import { formatNumber, formatTime, t } from '../messages/index.ts';
import { api } from '../services.ts';

export function RoundsPage() {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const rounds = useQuery({ queryKey: ['rounds', project], queryFn: () => api.rounds(project) });
  return (
    <PageFrame title={t('rounds.title')} lead={t('rounds.lead')} acts={mayAct && <OpenRoundButton project={project} />}>
      <Answered query={rounds}>
        {({ items }) => (
          <DataTable
            caption={t('rounds.title')} rows={items} rowKey={(round) => round.id} empty={t('rounds.empty')}
            columns={[
              { head: t('rounds.round'), cell: (round) => <strong>{round.number}</strong> },
              { head: t('rounds.state'), cell: (round) => <>{t(`rounds.${round.state}`)}{round.closedBecause !== null && <span className="quiet"> · {round.closedBecause}</span>}</> },
              { head: t('rounds.settled'), figure: true, cell: (round) => `${formatNumber(round.settled)} / ${formatNumber(round.itemCount)}` },
              { head: t('rounds.why'), cell: (round) => round.reason },
              { head: t('rounds.opened'), cell: (round) => <time dateTime={round.openedAt}>{formatTime(round.openedAt)}</time> },
              { head: t('rounds.deadline'), cell: (round) => <time dateTime={round.deadlineAt}>{formatTime(round.deadlineAt)}</time> },
            ]}
          />
        )}
      </Answered>
    </PageFrame>
  );
}
