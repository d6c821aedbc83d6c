import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { HindsightCellReply, hindsightReplySchema } from '../../../../contracts/models.ts';
import { LineChart, type Point } from '../../charts/line-chart.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { formatDay, formatFigure, formatHours, formatNumber, formatShare, t } from '../../messages/index.ts';
import { api } from '../../services.ts';

type Reply = z.output<typeof hindsightReplySchema>;
type Side = HindsightCellReply['was'];

/** Where nobody has reviewed yet. */
const secondsSupposed = 6;

/** What happened and what would have been, side by side: in all, by week, by camera. */
export function HindsightResult({ project, data }: { project: string; data: Reply }) {
  const people = useQuery({ queryKey: ['people-statistics', project], queryFn: () => api.peopleStatistics(project), staleTime: 300_000 });
  const measured = secondsAnImage(people.data?.items.map(({ statistics }) => statistics) ?? []);
  const seconds = measured ?? secondsSupposed;
  const { all, weeks, cameras } = data;
  const hoursOf = (flagged: number): number => (flagged * seconds) / 3600;
  const figures: { name: string; of: (side: Side) => string }[] = [
    { name: t('hindsight.accuracy'), of: ({ audited }) => (audited === null ? '–' : `${formatShare(audited.right / audited.of)} (${t('models.interval', { lower: formatShare(audited.lower), upper: formatShare(audited.upper) })})`) },
    { name: t('hindsight.flagged'), of: ({ flagged }) => `${formatNumber(flagged)} (${formatShare(flagged / all.images)})` },
    { name: t('hindsight.hours'), of: ({ flagged }) => formatHours(hoursOf(flagged)) },
    { name: t('hindsight.cost'), of: ({ expectedCost }) => formatFigure(expectedCost) },
  ];
  return (
    <>
      <section aria-labelledby="all">
        <Title order={2} size="h4" id="all">{t('hindsight.asked', { number: data.version, count: all.images })}</Title>
        <DataTable
          caption={t('hindsight.title')} rows={figures} rowKey={(row) => row.name} empty="–"
          columns={[{ head: t('hindsight.figure'), cell: (row) => <strong>{row.name}</strong> }, { head: t('hindsight.was'), figure: true, cell: (row) => row.of(all.was) }, { head: t('hindsight.wouldBe'), figure: true, cell: (row) => row.of(all.wouldBe) }]}
        />
        <p className="quiet">{t('hindsight.changed')}: {formatNumber(all.changed)} ({formatShare(all.changed / all.images)}). {t('hindsight.hours')}: {t(measured === null ? 'hindsight.hours.guess' : 'hindsight.hours.hint', { seconds: Math.round(10 * seconds) / 10 })}. {t('hindsight.settledNote')} {data.notEmbedded > 0 && t('hindsight.notEmbedded', { count: data.notEmbedded })}</p>
      </section>
      <section aria-labelledby="weeks">
        <Title order={2} size="h4" id="weeks">{t('hindsight.weeks')}</Title>
        <div className="charts">
          <WeekChart weeks={weeks} title={t('hindsight.accuracy')} format={formatShare} range={[0, 1]} of={({ audited }) => (audited === null ? null : { y: audited.right / audited.of, lower: audited.lower, upper: audited.upper })} />
          <WeekChart weeks={weeks} title={t('hindsight.flagged')} format={formatShare} of={({ flagged }, { images }) => ({ y: flagged / images })} />
          <WeekChart weeks={weeks} title={t('hindsight.hours')} format={formatHours} of={({ flagged }) => ({ y: hoursOf(flagged) })} />
          <WeekChart weeks={weeks} title={t('hindsight.cost')} format={formatFigure} of={({ expectedCost }) => ({ y: expectedCost })} />
        </div>
        <Cells caption={t('hindsight.weeks')} head={t('hindsight.week')} rows={weeks.map((each) => ({ name: formatDay(each.week), cell: each }))} />
      </section>
      <section aria-labelledby="by-camera">
        <Title order={2} size="h4" id="by-camera">{t('hindsight.cameras')}</Title>
        <Cells caption={t('hindsight.cameras')} head={t('models.camera')} rows={cameras.map((each) => ({ name: each.camera ?? t('models.noCamera'), cell: each }))} />
      </section>
    </>
  );
}

function WeekChart({ weeks, title, format, of, range }: { weeks: Reply['weeks']; title: string; format: (y: number) => string; of: (side: Side, cell: HindsightCellReply) => Omit<Point, 'x'> | null; range?: readonly [number, number] }) {
  const line = (which: 'was' | 'wouldBe'): Point[] => weeks.flatMap((week, x) => { const point = of(week[which], week); return point === null ? [] : [{ x, ...point }]; });
  const step = Math.max(1, Math.ceil(weeks.length / 5));
  return (
    <LineChart
      title={title} formatY={format} {...(range !== undefined && { range })} ticks={weeks.flatMap(({ week }, x) => (x % step === 0 ? [{ x, text: formatDay(week) }] : []))}
      lines={[{ name: t('hindsight.was'), look: 'plain', points: line('was') }, { name: t('hindsight.wouldBe'), look: 'strong', points: line('wouldBe') }]}
    />
  );
}

function Cells({ caption, head, rows }: { caption: string; head: string; rows: readonly { name: string; cell: HindsightCellReply }[] }) {
  const audited = ({ audited: of }: Side): string => (of === null ? '–' : `${formatShare(of.right / of.of)} (${t('models.of', { right: of.right, of: of.of })})`);
  const both = (one: string, other: string) => <span className="was-would"><span>{one}</span><span aria-hidden="true">→</span><strong>{other}</strong></span>;
  return (
    <DataTable
      caption={caption} rows={rows} rowKey={({ name }) => name} empty="–"
      columns={[
        { head, cell: ({ name }) => <strong>{name}</strong> }, { head: t('models.images'), figure: true, cell: ({ cell }) => formatNumber(cell.images) }, { head: t('hindsight.changed'), figure: true, cell: ({ cell }) => formatNumber(cell.changed) },
        { head: t('hindsight.accuracy'), cell: ({ cell }) => both(audited(cell.was), audited(cell.wouldBe)) }, { head: t('hindsight.flagged'), cell: ({ cell }) => both(formatNumber(cell.was.flagged), formatNumber(cell.wouldBe.flagged)) }, { head: t('hindsight.cost'), cell: ({ cell }) => both(formatFigure(cell.was.expectedCost), formatFigure(cell.wouldBe.expectedCost)) },
      ]}
    />
  );
}

/** Seconds that one image takes people here, by their own times, those who answered more weighing more; null where nobody has. */
export function secondsAnImage(people: readonly { readonly images: number; readonly imagesPerHour: number | null }[]): number | null {
  const timed = people.flatMap(({ images, imagesPerHour }) => (imagesPerHour === null || imagesPerHour <= 0 ? [] : [{ images, hours: images / imagesPerHour }]));
  const images = timed.reduce((sum, each) => sum + each.images, 0);
  return images === 0 ? null : (3600 * timed.reduce((sum, each) => sum + each.hours, 0)) / images;
}
