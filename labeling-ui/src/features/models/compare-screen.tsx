import { NativeSelect, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ComparisonReply, FlipName } from '../../../../contracts/model-evaluation.ts';
import { DifferenceBar, reachOf } from '../../charts/difference-bar.tsx';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatNumber, formatPoints, formatShare, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useProjectSlug } from '../session/index.ts';
import { type HoldoutName, HoldoutSwitch } from './holdout-switch.tsx';
import { PictureDialog } from './picture-dialog.tsx';
import { versionName } from './version-name.ts';

export interface Compared { readonly version?: number | undefined; readonly against?: number | undefined; readonly holdout?: HoldoutName | undefined }

/** Two versions on the same images: paired differences, and the pictures on which the answers changed. */
export function CompareScreen({ chosen, choose }: { chosen: Compared; choose: (next: Compared) => void }) {
  const project = useProjectSlug();
  const versions = useQuery({ queryKey: ['model-versions', project], queryFn: () => api.modelVersions(project) });
  return (
    <PageFrame title={t('compare.title')} lead={t('compare.lead')}>
      <Answered query={versions}>
        {({ items }) => {
          const [newest, second] = items;
          if (newest === undefined || second === undefined) return <Paper withBorder className="empty-note">{t('compare.few')}</Paper>;
          const champion = items.find((each) => each.champion);
          const version = chosen.version ?? (newest === champion ? second : newest).number;
          const against = chosen.against ?? (champion !== undefined && champion.number !== version ? champion : items.find((each) => each.number !== version) ?? second).number;
          const holdout = chosen.holdout ?? 'audit';
          const options = items.map((each) => ({ value: String(each.number), label: versionName(each) }));
          return (
            <>
              <div className="choose-two">
                <NativeSelect label={t('compare.newer')} data={options} value={String(version)} onChange={(event) => choose({ version: Number(event.currentTarget.value), against, holdout })} />
                <NativeSelect label={t('compare.older')} data={options} value={String(against)} onChange={(event) => choose({ version, against: Number(event.currentTarget.value), holdout })} />
                <HoldoutSwitch value={holdout} choose={(next) => choose({ version, against, holdout: next })} />
              </div>
              {version === against ? <Paper withBorder className="empty-note">{t('compare.same')}</Paper> : <Comparing key={`${version}/${against}/${holdout}`} project={project} version={version} against={against} holdout={holdout} />}
            </>
          );
        }}
      </Answered>
    </PageFrame>
  );
}

function Comparing({ project, version, against, holdout }: { project: string; version: number; against: number; holdout: HoldoutName }) {
  const comparison = useQuery({ queryKey: ['comparison', project, version, against, holdout], queryFn: () => api.comparison(project, version, against, holdout), staleTime: 60_000 });
  return <Answered query={comparison}>{(data) => (data.overall.images === 0 ? <Paper withBorder className="empty-note">{t('compare.empty')}</Paper> : <Result project={project} data={data} />)}</Answered>;
}

const flips = ['lost', 'gained', 'both_wrong', 'both_right'] as const;

function Result({ project, data }: { project: string; data: ComparisonReply }) {
  const [flip, setFlip] = useState<FlipName | null>(null);
  const { overall, version, against, holdout } = data;
  const figures = { images: overall.images, version, right: overall.right, against, before: overall.beforeRight, difference: formatPoints(overall.difference), lower: formatPoints(overall.lower), upper: formatPoints(overall.upper) };
  const classReach = reachOf(data.classes);
  const cameraReach = reachOf(data.cameras);
  const columns = (reach: number) => [
    { head: t('models.images'), figure: true, cell: (row: ComparisonReply['overall']) => formatNumber(row.images) },
    { head: t('compare.right', { number: version }), figure: true, cell: (row: ComparisonReply['overall']) => formatNumber(row.right) },
    { head: t('compare.right', { number: against }), figure: true, cell: (row: ComparisonReply['overall']) => formatNumber(row.beforeRight) },
    { head: t('compare.difference'), cell: (row: ComparisonReply['overall']) => <DifferenceBar difference={row.difference} lower={row.lower} upper={row.upper} reach={reach} /> },
  ];
  return (
    <>
      <Paper withBorder className="card">
        <p className="gate-sentence">{t('compare.sentence', figures)} {overall.difference > 0 && t('compare.better', { share: formatShare(overall.betterP) })}</p>
        <DifferenceBar difference={overall.difference} lower={overall.lower} upper={overall.upper} reach={reachOf([overall])} />
        <p className="quiet">{data.datasetVersion !== null && t('models.holdout.labels', { number: data.datasetVersion })}{data.leftOut > 0 && ` ${t('compare.leftOut', { count: data.leftOut })}`}</p>
      </Paper>
      <section aria-labelledby="flips">
        <Title order={2} size="h4" id="flips">{t('compare.flips')}</Title>
        <ul className="flip-cards">
          {flips.map((name) => (
            <li key={name}><button type="button" data-flip={name} disabled={data.flips[name] === 0} onClick={() => setFlip(name)}><strong>{formatNumber(data.flips[name])}</strong><span>{t(`compare.flip.${name}`)}</span> <span className="visually-hidden">{t('compare.flips.show')}</span></button></li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="classes"><Title order={2} size="h4" id="classes">{t('models.byClass')}</Title>
        <DataTable caption={t('models.byClass')} rows={data.classes} rowKey={(row) => String(row.classId)} empty="–" columns={[{ head: t('models.class'), cell: (row) => <strong>{row.name}</strong> }, ...columns(classReach)]} />
      </section>
      <section aria-labelledby="cameras"><Title order={2} size="h4" id="cameras">{t('models.byCamera')}</Title>
        <DataTable caption={t('models.byCamera')} rows={data.cameras} rowKey={(row) => row.camera ?? ''} empty="–" columns={[{ head: t('models.camera'), cell: (row) => <strong>{row.camera ?? t('models.noCamera')}</strong> }, ...columns(cameraReach)]} />
      </section>
      <PictureDialog
        onClose={() => setFlip(null)}
        behind={flip === null ? null : { title: t(`compare.flip.${flip}`), queryKey: ['flips', project, version, against, holdout, flip], load: (offset) => api.comparisonPictures(project, version, { against, holdout, flip, offset }) }}
      />
    </>
  );
}
