import { Button, Paper, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Answered } from '../../components/data-table.tsx';
import { ProblemNote } from '../../components/problem.tsx';
import { t } from '../../messages/index.ts';
import { api } from '../../services.ts';

/** Pictures that show a person: for admins alone, who may show them again with a reason. */
export function HiddenPictures({ project }: { project: string }) {
  const hidden = useQuery({ queryKey: ['hidden', project], queryFn: () => api.hiddenImages(project) });
  return (
    <section aria-labelledby="quality-hidden">
      <Title order={2} size="h4" id="quality-hidden">{t('quality.hidden')}</Title>
      <p className="lead">{t('quality.hidden.lead')}</p>
      <Answered query={hidden}>
        {({ items }) => (items.length === 0 ? <Paper withBorder className="empty-note">{t('quality.hidden.none')}</Paper> : <ul className="hidden-pictures">{items.map((each) => <Hidden key={each.imageId} project={project} imageId={each.imageId} thumbnail={each.images.thumbnail} />)}</ul>)}
      </Answered>
    </section>
  );
}

function Hidden({ project, imageId, thumbnail }: { project: string; imageId: string; thumbnail: string }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const show = useMutation({ mutationFn: () => api.showImage(project, imageId, reason.trim()), onSuccess: () => { void client.invalidateQueries({ queryKey: ['hidden', project] }); } });
  return (
    <li>
      <img src={thumbnail} alt={t('quality.hidden.picture')} loading="lazy" />
      <form onSubmit={(event) => { event.preventDefault(); show.mutate(); }}>
        <TextInput size="xs" label={t('quality.hidden.reason')} required maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Button type="submit" size="xs" variant="default" loading={show.isPending} disabled={reason.trim() === ''}>{t('quality.hidden.show')}</Button>
      </form>
      {show.isError && <ProblemNote error={show.error} />}
    </li>
  );
}
