import { Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EvaluationReply } from '../../../../contracts/model-evaluation.ts';
import { IntervalBar } from '../../charts/interval-bar.tsx';
import { Reliability } from '../../charts/reliability.tsx';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { formatFigure, formatNumber, formatShare, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { type Cell, ConfusionMatrix } from './confusion-matrix.tsx';
import { type HoldoutName, HoldoutSwitch } from './holdout-switch.tsx';
import { PictureDialog } from './picture-dialog.tsx';

/** How a version does on a holdout: figures, matrix with pictures, what its confidence is worth, by class, by camera. */
export function Evaluation({ project, number, holdout, choose }: { project: string; number: number; holdout: HoldoutName; choose: (next: HoldoutName) => void }) {
  const evaluation = useQuery({ queryKey: ['evaluation', project, number, holdout], queryFn: () => api.evaluation(project, number, holdout), staleTime: 60_000 });
  return (
    <section aria-labelledby="evaluation">
      <div className="section-head"><Title order={2} size="h4" id="evaluation">{t('models.evaluation')}</Title><HoldoutSwitch value={holdout} choose={choose} /></div>
      <Answered query={evaluation}>{(data) => (data.images === 0 ? <Paper className="empty-note" withBorder>{t('models.holdout.empty')}<Notes data={data} /></Paper> : <Figures project={project} data={data} />)}</Answered>
    </section>
  );
}

function Figures({ project, data }: { project: string; data: EvaluationReply }) {
  const [cell, setCell] = useState<Cell | null>(null);
  const nameOf = (classId: number): string => data.classes.find((each) => each.classId === classId)?.name ?? String(classId);
  return (
    <>
      <dl className="figures">
        <div><dt>{t('models.accuracy')}</dt><dd>{data.accuracy === null ? '–' : formatShare(data.accuracy.right / data.accuracy.of)}</dd>{data.accuracy !== null && <dd className="figure-note">{t('models.interval', { lower: formatShare(data.accuracy.lower), upper: formatShare(data.accuracy.upper) })}</dd>}</div>
        <div><dt>{t('models.images')}</dt><dd>{formatNumber(data.images)}</dd></div>
        <div><dt>{t('models.macroF1')}</dt><dd>{data.macroF1 === null ? '–' : formatShare(data.macroF1)}</dd></div>
        <div><dt>{t('models.calibration')}</dt><dd>{data.calibrationError === null ? '–' : formatShare(data.calibrationError)}</dd></div>
        <div><dt>{t('models.meanCost')}</dt><dd>{data.meanCost === null ? '–' : formatFigure(data.meanCost)}</dd></div>
      </dl>
      <Notes data={data} />
      <div className="side-by-side">
        <Paper withBorder className="card"><Title order={3} size="h5">{t('models.matrix')}</Title><p className="quiet">{t('models.matrix.hint')}</p><ConfusionMatrix evaluation={data} open={setCell} /></Paper>
        <Paper withBorder className="card"><Title order={3} size="h5">{t('models.reliability')}</Title><Reliability bins={data.bins} caption={t('models.reliability.hint')} /></Paper>
      </div>
      <Title order={3} size="h5">{t('models.byClass')}</Title>
      <DataTable
        caption={t('models.byClass')} rows={data.classes.filter(({ recall, precision }) => recall !== null || precision !== null)} rowKey={(row) => String(row.classId)} empty="–"
        columns={[{ head: t('models.class'), cell: (row) => <strong>{row.name}</strong> }, { head: t('models.recall'), cell: (row) => <IntervalBar value={row.recall} /> }, { head: t('models.precision'), cell: (row) => <IntervalBar value={row.precision} /> }]}
      />
      <Title order={3} size="h5">{t('models.byCamera')}</Title>
      <DataTable
        caption={t('models.byCamera')} rows={data.cameras} rowKey={(row) => row.camera ?? ''} empty="–"
        columns={[{ head: t('models.camera'), cell: (row) => <strong>{row.camera ?? t('models.noCamera')}</strong> }, { head: t('models.accuracy'), cell: (row) => <IntervalBar value={row.accuracy} /> }]}
      />
      <PictureDialog
        onClose={() => setCell(null)}
        behind={cell === null ? null : { title: t('models.matrix.dialog', { truth: nameOf(cell.truth), answer: nameOf(cell.answer) }), queryKey: ['evaluation-pictures', project, data.version, data.holdout, cell], load: (offset) => api.evaluationPictures(project, data.version, { holdout: data.holdout, ...cell, offset }) }}
      />
    </>
  );
}

function Notes({ data }: { data: EvaluationReply }) {
  return <p className="quiet">{data.datasetVersion !== null && t('models.holdout.labels', { number: data.datasetVersion })}{data.notEmbedded > 0 && ` ${t('models.holdout.notEmbedded', { count: data.notEmbedded })}`}</p>;
}
