import { Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ProjectReply } from '../../../../contracts/projects.ts';
import type { RoundReply } from '../../../../contracts/reviews.ts';
import { Answered } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatNumber, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { projectQuery, useMay, useProjectSlug } from '../session/index.ts';
import { OpenRoundButton } from './open-round.tsx';
import { OwnFigures } from './own-figures.tsx';

/** What waits, who answers, the last round, and what to do next. */
export function HomeScreen() {
  const slug = useProjectSlug();
  const project = useQuery(projectQuery(slug));
  const rounds = useQuery({ queryKey: ['rounds', slug], queryFn: () => api.rounds(slug) });
  return (
    <PageFrame title={project.data?.name ?? t('nav.home')}>
      <Answered query={project}>{(data) => <><Next project={data} /><Figures project={data} lastRound={rounds.data?.items[0]} /><OwnFigures project={slug} /></>}</Answered>
    </PageFrame>
  );
}

/** The one thing to do now. */
function Next({ project: { counts, champion, slug } }: { project: ProjectReply }) {
  const mayAct = useMay()('engineer');
  if (counts.openItems > 0) {
    return <Hero title={counts.openItems === 1 ? t('home.waiting.one') : t('home.waiting', { count: counts.openItems })}><Link to="/p/$project/review" params={{ project: slug }} className="big-button">{t('home.start')}</Link></Hero>;
  }
  if (counts.images === 0) return <Hero title={t('home.next.images')} text={t('home.next.images.text')}><code className="command">perennial import FOLDER --project {slug}</code></Hero>;
  if (champion === null) return <Hero title={t('home.next.model')} text={t('home.next.model.text')}>{mayAct && <Link to="/p/$project/models" params={{ project: slug }} className="big-button">{t('nav.models')}</Link>}</Hero>;
  return <Hero title={t('home.waiting.none')} text={t('home.next.wait.text')}>{mayAct && <OpenRoundButton project={slug} />}</Hero>;
}

function Hero({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return <Paper className="hero" withBorder><Title order={2} size="h3">{title}</Title>{text !== undefined && <p className="lead">{text}</p>}{children}</Paper>;
}

function Figures({ project: { counts, champion }, lastRound }: { project: ProjectReply; lastRound: RoundReply | undefined }) {
  const figures: readonly (readonly [string, string])[] = [
    [t('home.champion'), champion === null ? t('home.champion.none') : t('home.version', { number: champion.number })],
    [t('home.images'), formatNumber(counts.images)], [t('home.predictions'), formatNumber(counts.predictions)],
    [t('home.labels'), formatNumber(counts.labels)], [t('home.flagged'), formatNumber(counts.waitingItems)],
  ];
  return (
    <>
      <dl className="figures">{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {lastRound !== undefined && (
        <Paper withBorder className="last-round">
          <Title order={2} size="h5">{t('home.lastRound')}</Title>
          <p>{t('home.lastRound.text', { number: lastRound.number, settled: lastRound.settled, total: lastRound.itemCount })}{lastRound.closedBecause !== null && <span className="quiet"> {lastRound.closedBecause}</span>}</p>
          <progress aria-label={t('review.progress.label')} value={lastRound.settled} max={Math.max(1, lastRound.itemCount)} />
        </Paper>
      )}
    </>
  );
}
