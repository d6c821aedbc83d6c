import { Badge, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { GateReportReply, ModelVersionReply, PromotionReply } from '../../../../contracts/models.ts';
import { DataTable } from '../../components/data-table.tsx';
import { formatTime, t } from '../../messages/index.ts';
import { checkName, checkSentence, verdictSentence } from './gate-words.ts';
import { kindInWords } from './version-name.ts';

export function Versions({ project, versions, reports, promote }: { project: string; versions: readonly ModelVersionReply[]; reports: readonly GateReportReply[]; promote: ((number: number) => void) | null }) {
  const reportOf = (version: ModelVersionReply) => reports.find((report) => report.challenger === version.number);
  return (
    <DataTable
      caption={t('models.versions')} rows={versions} rowKey={(version) => version.id} empty={t('models.empty')}
      columns={[
        { head: t('models.version'), cell: (version) => <span className="version"><Link to="/p/$project/models/$number" params={{ project, number: String(version.number) }} aria-label={t('models.versionTitle', { number: version.number })}><strong>{version.number}</strong></Link> {version.champion && <Badge>{t('models.champion')}</Badge>}{version.challenger && !version.champion && <Badge variant="default">{t('models.challenger')}</Badge>}</span> },
        { head: t('models.gate'), cell: (version) => <Verdict report={reportOf(version)} /> },
        { head: t('models.data'), figure: true, cell: (version) => version.datasetVersion ?? '–' },
        { head: t('models.kind'), cell: (version) => kindInWords(version.kind) },
        { head: t('models.made'), cell: (version) => <time dateTime={version.createdAt}>{formatTime(version.createdAt)}</time> },
        ...(promote === null ? [] : [{ head: t('models.act'), cell: (version: ModelVersionReply) => (version.champion ? null : <Button size="xs" variant="default" aria-label={`${t('models.promote')}: ${t('home.version', { number: version.number })}`} onClick={() => promote(version.number)}>{t('models.promote')}</Button>) }]),
      ]}
    />
  );
}

function Verdict({ report }: { report: GateReportReply | undefined }) {
  if (report === undefined) return <span className="quiet">{t('models.gate.none')}</span>;
  const more = Math.max(0, ...report.checks.map((check) => check.moreLabels ?? 0));
  return (
    <div className="verdict">
      <span className="verdict-word" data-verdict={report.verdict}>{t(`models.verdict.${report.verdict}`)}</span>
      <span>{verdictSentence(report)}{report.verdict === 'cannot_tell' && more > 0 && ` ${t('models.moreLabels', { count: more })}`}</span>
      {report.checks.length > 0 && (
        <details><summary>{t('models.checks')}</summary><ul>{report.checks.map((check) => <li key={check.name}><strong>{t(`models.verdict.${check.answer}`)}</strong> {checkName(check)}: {checkSentence(check)}</li>)}</ul></details>
      )}
    </div>
  );
}

export function Promotions({ promotions, project }: { promotions: readonly PromotionReply[]; project: string }) {
  return (
    <DataTable
      caption={t('models.promotions')} rows={promotions} rowKey={(each) => String(each.sequence)} empty={t('models.promotions.empty')}
      columns={[
        { head: t('models.change'), cell: ({ kind, from, to, onCannotTell }) => <><Link to="/p/$project/models/$number" params={{ project, number: String(to) }}>{t(`models.change.${kind}`, { to, from: from ?? '–' })}</Link>{onCannotTell && <span className="quiet"> · {t('models.change.cannotTell')}</span>}</> },
        { head: t('models.reason'), cell: (each) => each.reason },
        { head: t('models.by'), cell: (each) => each.decidedBy },
        { head: t('models.when'), cell: (each) => <time dateTime={each.createdAt}>{formatTime(each.createdAt)}</time> },
      ]}
    />
  );
}
