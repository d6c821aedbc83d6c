import { Paper } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { GateReportReply } from '../../../../contracts/models.ts';
import { DifferenceBar, reachOf } from '../../charts/difference-bar.tsx';
import { formatPoints, formatTime, t } from '../../messages/index.ts';
import { checkName, checkSentence, verdictSentence } from './gate-words.ts';

/** One judgement: the verdict in a sentence, then each check with its interval against the loss that is allowed. */
export function GateReport({ report, project }: { report: GateReportReply; project: string }) {
  const reach = reachOf(report.checks);
  return (
    <Paper withBorder className="gate-report">
      <p className="gate-line">
        <span className="verdict-word" data-verdict={report.verdict}>{t(`models.verdict.${report.verdict}`)}</span>{' '}
        <Link to="/p/$project/models/$number" params={{ project, number: String(report.champion) }}>{t('models.gate.against', { champion: report.champion, when: formatTime(report.createdAt) })}</Link>
      </p>
      <p className="gate-sentence">{verdictSentence(report)}</p>
      {report.checks.length > 0 && <p className="quiet">{t('models.gate.lines')}</p>}
      {report.checks.length > 0 && (
        <ul className="checks" aria-label={t('models.checks')}>
          {report.checks.map((check) => (
            <li key={check.name} data-verdict={check.answer}>
              <span className="check-name"><span className="verdict-word" data-verdict={check.answer}>{t(`models.verdict.${check.answer}`)}</span> {checkName(check)}</span>
              {check.difference === null || check.lower === null || check.upper === null ? <span className="quiet">–</span> : <DifferenceBar difference={check.difference} lower={check.lower} upper={check.upper} margin={check.margin} reach={reach} />}
              <span className="quiet check-text">{checkSentence(check)} <span className="visually-hidden">{t('models.gate.allowed', { margin: formatPoints(check.margin) })}</span></span>
            </li>
          ))}
        </ul>
      )}
    </Paper>
  );
}
