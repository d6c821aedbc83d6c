import { Badge, Button, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ModelVersionDetail } from '../../../../contracts/model-evaluation.ts';
import { Answered } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatBytes, formatNumber, formatTime, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useMay, useProjectSlug } from '../session/index.ts';
import { DecideDialog } from './decide-dialog.tsx';
import { Evaluation } from './evaluation.tsx';
import { GateReport } from './gate-report.tsx';
import type { HoldoutName } from './holdout-switch.tsx';
import { Promotions } from './tables.tsx';
import { useDecide } from './use-decide.ts';
import { kindInWords } from './version-name.ts';

/** One version: what the gate said, how it does on the holdouts, what made it, and when it was champion. */
export function VersionScreen({ number, holdout, choose }: { number: number; holdout: HoldoutName; choose: (next: HoldoutName) => void }) {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  const detail = useQuery({ queryKey: ['model-version', project, number], queryFn: () => api.modelVersion(project, number) });
  const versions = useQuery({ queryKey: ['model-versions', project], queryFn: () => api.modelVersions(project) });
  const champion = versions.data?.items.find((each) => each.champion)?.number ?? null;
  const decide = useDecide(project, champion);
  const { data } = detail;
  const other = champion !== null && champion !== number ? champion : (versions.data?.items.find((each) => each.number < number)?.number ?? null);
  return (
    <PageFrame
      title={t('models.versionTitle', { number })}
      {...(data !== undefined && { lead: t('models.versionLead', { kind: kindInWords(data.version.kind), when: formatTime(data.version.createdAt) }) })}
      acts={(
        <>
          {data?.version.champion === true && <Badge size="lg">{t('models.champion')}</Badge>}
          <Button variant="subtle" component={Link} to={`/p/${project}/models`}>{t('models.seeAll')}</Button>
          {mayAct && data !== undefined && <Button variant="subtle" component={Link} to={`/p/${project}/lineage/model_version/${data.version.id}`}>{t('lineage.title')}</Button>}
          {mayAct && data?.hasHead === true && other !== null && <Button variant="default" component={Link} to={`/p/${project}/models/compare?version=${number}&against=${other}`}>{t('models.compare')}</Button>}
          {mayAct && data?.hasHead === true && <Button variant="default" component={Link} to={`/p/${project}/models/hindsight?version=${number}`}>{t('models.hindsight')}</Button>}
          {mayAct && data?.version.champion === true && data.promotions.some((each) => each.to === number && each.from !== null) && <Button variant="default" onClick={() => decide.ask({ kind: 'rollback' })}>{t('models.rollBack')}</Button>}
          {mayAct && data?.version.champion === false && <Button variant="default" onClick={() => decide.ask({ kind: 'promotion', number })}>{t('models.promote')}</Button>}
          {mayAct && data?.version.champion === false && data.hasHead && <Button onClick={() => decide.ask({ kind: 'challenge', number })}>{t('road.setOut')}</Button>}
        </>
      )}
    >
      {decide.done !== null && <p className="toast" role="status">{decide.done}</p>}
      <Answered query={detail}>
        {(version) => (
          <>
            <section aria-labelledby="gate">
              <Title order={2} size="h4" id="gate">{t('models.gate.title')}</Title>
              {version.reports.length === 0 ? <Paper withBorder className="empty-note">{t('models.gate.never')}</Paper> : version.reports.map((report) => <GateReport key={report.id} report={report} project={project} />)}
            </section>
            {!version.hasHead ? <Paper withBorder className="empty-note">{t('models.noHead')}</Paper> : mayAct ? <Evaluation project={project} number={number} holdout={holdout} choose={choose} /> : <p className="quiet">{t('models.engineersOnly')}</p>}
            <Made version={version} project={project} />
            <section aria-labelledby="reigns"><Title order={2} size="h4" id="reigns">{t('models.promotionsOf')}</Title>{version.promotions.length === 0 ? <p className="quiet">{t('models.promotionsOf.none')}</p> : <Promotions promotions={version.promotions} project={project} />}</section>
          </>
        )}
      </Answered>
      <DecideDialog decide={decide} />
    </PageFrame>
  );
}

/** The run behind a version, and what it weighs. */
function Made({ version: { run, version, artifactBytes, dimensions, backboneDigest }, project }: { version: ModelVersionDetail; project: string }) {
  const parameters = Object.entries(run?.parameters ?? {}).flatMap(([name, value]) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, String(value)] as const] : []));
  return (
    <section aria-labelledby="made">
      <div className="section-head"><Title order={2} size="h4" id="made">{t('models.run')}</Title>{run?.mlflowUrl != null && <a href={run.mlflowUrl} target="_blank" rel="noreferrer">{t('models.run.mlflow')}</a>}</div>
      {run === null && <p className="quiet">{t('models.run.none')}</p>}
      <div className="side-by-side">
        <Paper withBorder className="card">
          <dl className="pairs">
            {run !== null && <><div><dt>{t('models.run.kind')}</dt><dd>{kindInWords(run.kind)}</dd></div><div><dt>{t('models.run.why')}</dt><dd>{run.reason}</dd></div>{run.endedAt !== null && <div><dt>{t('models.run.took')}</dt><dd>{t('models.run.seconds', { count: Math.round((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000) })}</dd></div>}</>}
            {version.datasetVersion !== null && <div><dt>{t('models.run.dataset')}</dt><dd><Link to="/p/$project/datasets" params={{ project }}>{t('models.versionTitle', { number: version.datasetVersion })}</Link></dd></div>}
            {artifactBytes !== null && <div><dt>{t('models.run.size')}</dt><dd>{formatBytes(artifactBytes)}</dd></div>}
            {dimensions !== null && <div><dt>{t('models.run.embedding')}</dt><dd>{t('models.run.numbers', { count: dimensions })}</dd></div>}
            {backboneDigest !== null && <div><dt>{t('models.run.backbone')}</dt><dd><code>{backboneDigest.slice(0, 16)}</code></dd></div>}
            {version.artifactSha256 !== null && <div><dt>{t('models.run.artifact')}</dt><dd><code>{version.artifactSha256.slice(0, 16)}</code></dd></div>}
          </dl>
        </Paper>
        {(parameters.length > 0 || run?.metrics != null) && (
          <Paper withBorder className="card">
            {parameters.length > 0 && <><Title order={3} size="h5">{t('models.run.parameters')}</Title><dl className="pairs">{parameters.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl></>}
            {run?.metrics != null && <><Title order={3} size="h5">{t('models.run.metrics')}</Title><dl className="pairs">{Object.entries(run.metrics).slice(0, 24).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{formatNumber(value)}</dd></div>)}</dl></>}
          </Paper>
        )}
      </div>
    </section>
  );
}
