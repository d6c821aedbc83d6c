import { Alert, Button, Paper, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ChallengeDetail } from '../../../../contracts/challenges.ts';
import { EvidenceChart } from '../../charts/evidence-chart.tsx';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { formatNumber, formatTime, t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';
import { useMay, useProjectSlug } from '../session/index.ts';
import { RoadMap } from './road-map.tsx';
import { isOver, personOf, stageInWords } from './words.ts';

type Act = 'approve' | 'hold' | 'abort' | 'roll_back' | 'clear';

/** One challenger's road: where it stands, on what evidence, what comes next, and what people decide. */
export function ChallengeScreen({ id }: { id: string }) {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const challenge = useQuery({ queryKey: ['challenge', project, id], queryFn: () => api.challenge(project, id), refetchInterval: (query) => (query.state.data !== undefined && isOver(query.state.data.stage) ? false : 4_000) });
  const decide = useActs(project, id);
  const { data } = challenge;
  return (
    <PageFrame
      title={data === undefined ? t('road.title') : t('road.of', { number: data.challenger })} {...(data !== undefined && { lead: t('road.lead', { champion: data.champion }) })}
      acts={data !== undefined && (
        <>
          <Button variant="subtle" component={Link} to={`/p/${project}/models/${data.challenger}`}>{t('models.versionTitle', { number: data.challenger })}</Button>
          <Button variant="subtle" component={Link} to={`/p/${project}/models/compare?version=${data.challenger}&against=${data.champion}`}>{t('models.compare')}</Button>
          {mayAct && actsFor(data).map((act) => <Button key={act} variant={act === 'approve' ? 'filled' : 'default'} onClick={() => decide.ask(act)}>{t(`road.act.${act}`)}</Button>)}
        </>
      )}
    >
      {decide.done !== null && <p className="toast" role="status">{decide.done}</p>}
      <Answered query={challenge}>{(detail) => <Road detail={detail} />}</Answered>
      <ReasonDialog opened={decide.asked !== null} title={decide.asked === null ? '' : t(`road.act.${decide.asked}.title`)} confirm={decide.asked === null ? '' : t(`road.act.${decide.asked}`)} busy={decide.busy} error={decide.error} onClose={() => decide.ask(null)} onConfirm={decide.confirm} />
    </PageFrame>
  );
}

/** What makes sense where it stands. */
function actsFor({ stage }: ChallengeDetail): readonly Act[] {
  if (stage === null) return ['abort'];
  if (stage === 'rolled_back' || stage === 'aborted') return ['clear'];
  if (isOver(stage)) return [];
  return stage === 'held' ? ['approve', 'abort', 'roll_back'] : stage === 'shadow' ? ['approve', 'hold', 'abort'] : ['approve', 'hold', 'abort', 'roll_back'];
}

function useActs(project: string, id: string) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Act | null>(null);
  const [key, setKey] = useState(newKey);
  const [done, setDone] = useState<string | null>(null);
  const send = useMutation({
    mutationFn: (reason: string) => (asked === 'clear' ? api.clearChallenge(project, id, reason) : api.actOnChallenge(project, id, { act: asked ?? 'hold', reason }, key)),
    onSuccess: ({ why }) => {
      setDone(why);
      setAsked(null);
      for (const each of ['challenge', 'challenges', 'model-versions', 'promotions']) void client.invalidateQueries({ queryKey: [each, project] });
    },
  });
  return {
    asked, done, busy: send.isPending, error: send.error,
    ask(next: Act | null) { send.reset(); setKey(newKey()); setDone(null); setAsked(next); },
    confirm(reason: string) { send.mutate(reason); },
  };
}

function Road({ detail }: { detail: ChallengeDetail }) {
  const { evidence, next, steps, approvals, approvalsWanted, paths } = detail;
  return (
    <>
      <RoadMap detail={detail} />
      <Paper withBorder className="card">
        <p className="gate-sentence">{next === null ? detail.reason : next.why}</p>
        {next !== null && <p className="quiet">{t(`road.next.${next.act}`)}</p>}
        {approvalsWanted > 0 && next !== null && <p className="quiet">{t('road.approvals', { given: approvals.length, wanted: approvalsWanted })} {approvals.map(({ by, reason }) => `${personOf(by)}: ${reason}`).join('; ')}</p>}
      </Paper>
      {evidence?.faults.map((fault) => <Alert key={`${fault.code} ${fault.sentence}`} color="red" variant="light" title={t('road.fault')} className="note"><p className="note-text">{fault.sentence} <code>{fault.code}</code></p></Alert>)}
      {evidence !== null && (
        <section aria-labelledby="evidence">
          <Title order={2} size="h4" id="evidence">{t('road.evidence')}</Title>
          <dl className="figures">
            <div><dt>{t('road.images')}</dt><dd>{formatNumber(evidence.images)}</dd></div><div><dt>{t('road.challengerImages')}</dt><dd>{formatNumber(evidence.challengerImages)}</dd></div>
            <div><dt>{t('road.compared')}</dt><dd>{formatNumber(evidence.compared)}</dd></div><div><dt>{t('road.disagreed')}</dt><dd>{formatNumber(evidence.disagreed)}</dd></div>
            <div><dt>{t('road.reviewed')}</dt><dd>{formatNumber(evidence.disagreements.observed)}</dd><dd className="figure-note">{t('road.wrong', { count: evidence.disagreements.challengerFailed })}</dd></div>
          </dl>
        </section>
      )}
      <section aria-labelledby="e-values">
        <Title order={2} size="h4" id="e-values">{t('road.eValues')}</Title>
        <p className="quiet">{t('road.eValues.hint')}</p>
        <div className="charts"><EvidenceChart title={t('road.disagreements')} points={paths.disagreements} /><EvidenceChart title={t('road.failures')} points={paths.failures} /></div>
      </section>
      <section aria-labelledby="steps">
        <Title order={2} size="h4" id="steps">{t('road.steps')}</Title>
        <DataTable
          caption={t('road.steps')} rows={steps.toReversed()} rowKey={({ sequence }) => String(sequence)} empty={t('road.stage.waits')}
          columns={[
            { head: t('road.stage'), cell: (step) => <strong>{stageInWords(step.stage, step.canaryPercent)}</strong> }, { head: t('models.reason'), cell: (step) => step.reason },
            { head: t('models.by'), cell: (step) => personOf(step.decidedBy) }, { head: t('models.when'), cell: (step) => <time dateTime={step.createdAt}>{formatTime(step.createdAt)}</time> },
          ]}
        />
      </section>
    </>
  );
}
