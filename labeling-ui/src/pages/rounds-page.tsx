import { Button, Paper, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RoundReply } from '../../../contracts/reviews.ts';
import { Answered, DataTable } from '../components/data-table.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { OpenRoundButton } from '../features/home/index.ts';
import { useMay, useProjectSlug } from '../features/session/index.ts';
import { formatHours, formatNumber, formatTime, t } from '../messages/index.ts';
import { api, newKey } from '../services.ts';

export function RoundsPage() {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const rounds = useQuery({ queryKey: ['rounds', project], queryFn: () => api.rounds(project) });
  const open = rounds.data?.items.find((round) => round.state === 'open');
  return (
    <PageFrame title={t('rounds.title')} lead={t('rounds.lead')} acts={mayAct && <OpenRoundButton project={project} />}>
      {open !== undefined && <OpenRound key={open.id} project={project} round={open} mayAct={mayAct} />}
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

const dayMs = 86_400_000;

/** The open round as it goes: how far, how fast, until when. */
function OpenRound({ project, round, mayAct }: { project: string; round: RoundReply; mayAct: boolean }) {
  const client = useQueryClient();
  const progress = useQuery({ queryKey: ['round-progress', project, round.id], queryFn: () => api.roundProgress(project, round.id), refetchInterval: 5_000 });
  const after = { onSuccess: () => { for (const key of ['rounds', 'round-progress', 'project']) void client.invalidateQueries({ queryKey: [key, project] }); } };
  const close = useMutation({ mutationFn: () => api.closeRound(project, round.id, newKey()), ...after });
  const extend = useMutation({ mutationFn: () => api.moveDeadline(project, round.id, new Date(Date.parse(round.deadlineAt) + dayMs).toISOString(), newKey()), ...after });
  const now = progress.data;
  const figures: readonly (readonly [string, string])[] = now === undefined ? [] : [
    [t('rounds.settled'), `${formatNumber(now.settled)} / ${formatNumber(now.round.itemCount)}`], [t('rounds.held'), formatNumber(now.held)], [t('rounds.unresolved'), formatNumber(now.unresolved)],
    [t('rounds.lastHour'), formatNumber(now.imagesLastHour)], [t('rounds.hoursLeft'), now.hoursLeft === null ? '–' : formatHours(now.hoursLeft)], [t('rounds.endsAt'), now.endsAt === null ? '–' : formatTime(now.endsAt)],
  ];
  return (
    <Paper withBorder className="last-round">
      <div className="page-head"><Title order={2} size="h4">{t('rounds.current', { number: round.number })}</Title>
        {mayAct && <div className="acts"><Button size="xs" variant="default" loading={extend.isPending} onClick={() => extend.mutate()}>{t('rounds.extend')}</Button><Button size="xs" variant="default" loading={close.isPending} onClick={() => close.mutate()}>{t('rounds.close')}</Button></div>}
      </div>
      <progress aria-label={t('review.progress.label')} value={now?.settled ?? round.settled} max={Math.max(1, round.itemCount)} />
      {(close.error ?? extend.error) !== null && <ProblemNote error={close.error ?? extend.error} />}
      <dl className="figures figures-small">{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </Paper>
  );
}
