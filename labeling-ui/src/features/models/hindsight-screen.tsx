import { Button, NativeSelect, NumberInput, Paper } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { PageFrame } from '../../components/page-frame.tsx';
import { Answered } from '../../components/data-table.tsx';
import { t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useProjectSlug } from '../session/index.ts';
import { HindsightResult } from './hindsight-result.tsx';
import { versionName } from './version-name.ts';

export interface Asked { readonly version?: number | undefined; readonly confidenceMin?: number | undefined; readonly marginMin?: number | undefined }

/** What a version, or other thresholds, would have done with what came already, beside what happened. */
export function HindsightScreen({ chosen, choose }: { chosen: Asked; choose: (next: Asked) => void }) {
  const project = useProjectSlug();
  const versions = useQuery({ queryKey: ['model-versions', project], queryFn: () => api.modelVersions(project) });
  const champion = versions.data?.items.some((each) => each.champion) ?? false;
  const { version, ...flagging } = chosen;
  const result = useQuery({
    queryKey: ['hindsight', project, chosen], enabled: versions.data !== undefined && (version !== undefined || champion), staleTime: 300_000, placeholderData: keepPreviousData,
    queryFn: () => api.hindsight(project, { ...(version !== undefined && { version }), flagging: Object.fromEntries(Object.entries(flagging).filter(([, value]) => value !== undefined)) }),
  });
  return (
    <PageFrame title={t('hindsight.title')} lead={t('hindsight.lead')}>
      <Answered query={versions}>
        {({ items }) => (items.length === 0 ? <Paper withBorder className="empty-note">{t('models.empty')}</Paper> : (
          <>
            <Ask key={JSON.stringify(chosen)} chosen={chosen} choose={choose} busy={result.isFetching} options={[{ value: '', label: t('hindsight.champion') }, ...items.map((each) => ({ value: String(each.number), label: versionName(each) }))]} />
            <Answered query={result}>{(data) => (data.all.images === 0 ? <Paper withBorder className="empty-note">{t('hindsight.empty')}</Paper> : <HindsightResult project={project} data={data} />)}</Answered>
          </>
        ))}
      </Answered>
    </PageFrame>
  );
}

function Ask({ chosen, choose, busy, options }: { chosen: Asked; choose: (next: Asked) => void; busy: boolean; options: readonly { value: string; label: string }[] }) {
  const [version, setVersion] = useState(chosen.version === undefined ? '' : String(chosen.version));
  const [confidenceMin, setConfidenceMin] = useState<number | string>(chosen.confidenceMin ?? '');
  const [marginMin, setMarginMin] = useState<number | string>(chosen.marginMin ?? '');
  const given = (value: number | string): number | undefined => (value === '' ? undefined : Number(value));
  const submit = (event: FormEvent): void => { event.preventDefault(); choose({ version: version === '' ? undefined : Number(version), confidenceMin: given(confidenceMin), marginMin: given(marginMin) }); };
  const threshold = { min: 0, max: 1, step: 0.05, decimalScale: 3, clampBehavior: 'strict' as const, description: t('hindsight.today'), hideControls: true };
  return (
    <Paper withBorder className="card">
      <form className="ask" onSubmit={submit}>
        <NativeSelect label={t('hindsight.version')} data={[...options]} value={version} onChange={(event) => setVersion(event.currentTarget.value)} />
        <NumberInput label={t('hindsight.confidenceMin')} value={confidenceMin} onChange={setConfidenceMin} {...threshold} />
        <NumberInput label={t('hindsight.marginMin')} value={marginMin} onChange={setMarginMin} {...threshold} />
        <Button type="submit" loading={busy}>{t('hindsight.run')}</Button>
      </form>
    </Paper>
  );
}
