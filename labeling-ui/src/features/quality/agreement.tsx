import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { AgreementReply } from '../../../../contracts/review-agreement.ts';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { formatFigure, formatNumber, formatShare, t } from '../../messages/index.ts';
import { api } from '../../services.ts';

const figure = (value: number | null): string => (value === null ? '–' : formatFigure(value));
const share = (value: number | null): string => (value === null ? '–' : formatShare(value));

/** Krippendorff's own bounds: from 0.8 on reliable, from 0.667 on for tentative conclusions. */
const inWords = (alpha: number | null): string => t(alpha === null ? 'quality.alpha.none' : alpha >= 0.8 ? 'quality.alpha.high' : alpha >= 2 / 3 ? 'quality.alpha.some' : 'quality.alpha.low');

/** How far people match, by class and by pair, and how reliable each is. */
export function Agreement({ project }: { project: string }) {
  const agreement = useQuery({ queryKey: ['agreement', project], queryFn: () => api.agreement(project) });
  return (
    <section aria-labelledby="quality-agreement">
      <Title order={2} size="h4" id="quality-agreement">{t('quality.agreement')}</Title>
      <Answered query={agreement}>{(found) => <><Whole found={found} /><Classes found={found} /><Confusions found={found} /><Pairs found={found} /><People found={found} /></>}</Answered>
    </section>
  );
}

function Whole({ found: { alpha, items, people } }: { found: AgreementReply }) {
  const figures: readonly (readonly [string, string])[] = [[t('quality.alpha'), figure(alpha)], [t('quality.items'), formatNumber(items)], [t('quality.people'), formatNumber(people)]];
  return <><p className="lead">{inWords(alpha)}</p><dl className="figures figures-small">{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl></>;
}

function Classes({ found }: { found: AgreementReply }) {
  return (
    <DataTable
      caption={t('quality.agreement')} rows={found.perClass} rowKey={(row) => String(row.classId)} empty={t('quality.none')}
      columns={[{ head: t('quality.class'), cell: (row) => <strong>{row.name}</strong> }, { head: t('quality.items'), figure: true, cell: (row) => formatNumber(row.items) }, { head: t('quality.alpha'), figure: true, cell: (row) => figure(row.alpha) }]}
    />
  );
}

function Confusions({ found }: { found: AgreementReply }) {
  if (found.confusions.length === 0) return null;
  return (
    <>
      <Title order={3} size="h5">{t('quality.confusions')}</Title>
      <ul>{found.confusions.slice(0, 10).map((each) => <li key={`${each.firstId} ${each.secondId}`}>{t('quality.confusion', { first: each.firstName, second: each.secondName })}: {formatNumber(each.items)}</li>)}</ul>
    </>
  );
}

function Pairs({ found }: { found: AgreementReply }) {
  if (found.pairs.length === 0) return null;
  return (
    <>
      <Title order={3} size="h5">{t('quality.pairs')}</Title>
      <DataTable
        caption={t('quality.pairs')} rows={found.pairs} rowKey={(row) => `${row.first} ${row.second}`} empty={t('quality.none')}
        columns={[
          { head: t('quality.pair'), cell: (row) => t('quality.confusion', { first: row.firstName, second: row.secondName }) }, { head: t('quality.items'), figure: true, cell: (row) => formatNumber(row.items) },
          { head: t('quality.share'), figure: true, cell: (row) => formatShare(row.share) }, { head: t('quality.kappa'), figure: true, cell: (row) => figure(row.kappa) },
        ]}
      />
    </>
  );
}

function People({ found }: { found: AgreementReply }) {
  return (
    <>
      <Title order={3} size="h5">{t('quality.annotators')}</Title>
      <DataTable
        caption={t('quality.annotators')} rows={found.annotators} rowKey={(row) => row.id} empty={t('quality.none')}
        columns={[
          { head: t('people.name'), cell: (row) => <strong>{row.name}</strong> }, { head: t('quality.answers'), figure: true, cell: (row) => formatNumber(row.answers) },
          { head: t('quality.reliability'), figure: true, cell: (row) => share(row.reliability) },
          { head: t('quality.gold.right'), figure: true, cell: (row) => (row.gold === null ? '–' : t('quality.gold.share', { right: row.gold.right, asked: row.gold.asked })) },
        ]}
      />
    </>
  );
}
