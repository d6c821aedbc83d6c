import { Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { formatNumber, formatShare, t } from '../../messages/index.ts';
import { api } from '../../services.ts';

/** A person's own last thirty days; nothing where they answered nothing. */
export function OwnFigures({ project }: { project: string }) {
  const own = useQuery({ queryKey: ['own-statistics', project], queryFn: () => api.statistics(project), retry: false }).data;
  if (own === undefined || own.answers === 0) return null;
  const most = Math.max(1, ...own.byDay.map((day) => day.images));
  const figures: readonly (readonly [string, string])[] = [
    [t('home.own.images'), formatNumber(own.images)], [t('people.rate'), own.imagesPerHour === null ? '–' : formatNumber(Math.round(own.imagesPerHour))],
    [t('people.agreed'), own.agreed.share === null ? '–' : formatShare(own.agreed.share)],
  ];
  return (
    <Paper withBorder className="last-round">
      <Title order={2} size="h5">{t('home.own')}</Title>
      <dl className="figures figures-small">{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <ol className="days" aria-label={t('home.own.days')}>{own.byDay.map((day) => <li key={day.day} title={`${day.day}: ${formatNumber(day.images)}`}><span style={{ height: `${(day.images / most) * 100}%` }} /><span className="visually-hidden">{day.day}: {formatNumber(day.images)}</span></li>)}</ol>
    </Paper>
  );
}
