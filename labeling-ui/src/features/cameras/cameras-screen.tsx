import { NativeSelect, Paper } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CameraReply } from '../../../../contracts/cameras.ts';
import { IntervalBar } from '../../charts/interval-bar.tsx';
import { Spark } from '../../charts/spark.tsx';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatFigure, formatNumber, formatShare, formatTime, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useProjectSlug } from '../session/index.ts';
import { SiteMap } from './site-map.tsx';

const spans = [4, 12, 26, 52] as const;

/** Each camera: what it sent, how right the model is on it, how much is flagged, whether it blurs or sees new things, and where it stands. */
export function CamerasScreen() {
  const project = useProjectSlug();
  const [weeks, setWeeks] = useState<number>(12);
  const cameras = useQuery({ queryKey: ['cameras', project, weeks], queryFn: () => api.cameras(project, weeks), staleTime: 60_000 });
  return (
    <PageFrame title={t('cameras.title')} lead={t('cameras.lead')} acts={<NativeSelect aria-label={t('cameras.span')} value={String(weeks)} onChange={(event) => setWeeks(Number(event.currentTarget.value))} data={spans.map((each) => ({ value: String(each), label: t('cameras.weeks', { count: each }) }))} />}>
      <Answered query={cameras}>
        {({ items }) => (items.length === 0 ? <Paper withBorder className="empty-note">{t('cameras.empty')}</Paper> : (
          <>
            <SiteMap cameras={items} />
            <DataTable
              caption={t('cameras.title')} rows={items} rowKey={({ id }) => id ?? 'none'} empty={t('cameras.empty')}
              columns={[
                { head: t('models.camera'), cell: (camera) => <><strong>{camera.name ?? t('models.noCamera')}</strong>{camera.site !== null && camera.site !== camera.name && <div className="quiet">{camera.site}</div>}</> },
                { head: t('models.images'), cell: (camera) => <><span className="figure">{formatNumber(camera.images)}</span> <Trend camera={camera} of="images" label={t('cameras.trend.images')} /></> },
                { head: t('cameras.accuracy'), cell: (camera) => <IntervalBar value={camera.audited} /> },
                { head: t('hindsight.flagged'), cell: (camera) => (camera.images === 0 ? '–' : <><span className="figure">{formatShare(camera.flagged / camera.images)}</span> <Trend camera={camera} of="flagged" label={t('cameras.trend.flagged')} /></>) },
                { head: t('cameras.sharpness'), cell: (camera) => <Latest camera={camera} of="sharpness" label={t('cameras.trend.sharpness')} /> },
                { head: t('cameras.novelty'), cell: (camera) => <Latest camera={camera} of="novelty" label={t('cameras.trend.novelty')} /> },
                { head: t('cameras.last'), cell: (camera) => (camera.lastAt === null ? t('schedules.never') : <time dateTime={camera.lastAt}>{formatTime(camera.lastAt)}</time>) },
              ]}
            />
          </>
        ))}
      </Answered>
    </PageFrame>
  );
}

type Measured = 'images' | 'flagged' | 'sharpness' | 'novelty';
const valueOf = (week: CameraReply['weeks'][number], of: Measured): number | null => (of === 'flagged' ? (week.images === 0 ? null : week.flagged / week.images) : week[of]);

function Trend({ camera, of, label }: { camera: CameraReply; of: Measured; label: string }) {
  return <Spark values={camera.weeks.map((week) => valueOf(week, of))} label={label} />;
}

/** The last week's median, its way there, and how far it is from the first week's. */
function Latest({ camera, of, label }: { camera: CameraReply; of: 'sharpness' | 'novelty'; label: string }) {
  const known = camera.weeks.flatMap((week) => { const value = valueOf(week, of); return value === null ? [] : [value]; });
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return <span className="quiet">–</span>;
  return <><span className="figure">{formatFigure(last)}</span> <Trend camera={camera} of={of} label={label} />{known.length > 1 && first !== 0 && <div className="quiet">{t('cameras.change', { share: formatShare(last / first - 1) })}</div>}</>;
}
