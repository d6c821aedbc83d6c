import { Button, CopyButton, NativeSelect, Paper, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { roles } from '../../../domain/roles.ts';
import { Answered, DataTable } from '../components/data-table.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { useMay, useProjectSlug } from '../features/session/index.ts';
import { formatNumber, formatShare, formatTime, isMessageKey, t } from '../messages/index.ts';
import { api } from '../services.ts';

const roleInWords = (role: string): string => { const key = `role.${role}`; return isMessageKey(key) ? t(key) : role; };

export function PeoplePage() {
  const project = useProjectSlug();
  const may = useMay();
  const people = useQuery({ queryKey: ['people', project], queryFn: () => api.people(project) });
  const figures = useQuery({ queryKey: ['people-statistics', project], queryFn: () => api.peopleStatistics(project), retry: false });
  const of = (id: string) => figures.data?.items.find((each) => each.id === id)?.statistics;
  return (
    <PageFrame title={t('people.title')} lead={t('people.lead')}>
      <Answered query={people}>
        {({ items }) => (
          <DataTable
            caption={t('people.title')} rows={items} rowKey={(person) => person.id} empty="–"
            columns={[
              { head: t('people.name'), cell: (person) => <strong>{person.name}</strong> }, { head: t('people.email'), cell: (person) => person.email }, { head: t('people.role'), cell: (person) => roleInWords(person.role) },
              { head: t('people.answers'), figure: true, cell: (person) => formatNumber(of(person.id)?.answers ?? 0) },
              { head: t('people.rate'), figure: true, cell: (person) => { const rate = of(person.id)?.imagesPerHour; return rate === undefined || rate === null ? '–' : formatNumber(Math.round(rate)); } },
              { head: t('people.agreed'), figure: true, cell: (person) => { const share = of(person.id)?.agreed.share; return share === undefined || share === null ? '–' : formatShare(share); } },
            ]}
          />
        )}
      </Answered>
      {may('admin') && <Invite project={project} />}
    </PageFrame>
  );
}

function Invite({ project }: { project: string }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<string>('annotator');
  const invite = useMutation({ mutationFn: () => api.invite(project, { role, ...(email.trim() !== '' && { email: email.trim() }) }) });
  return (
    <Paper withBorder className="invite">
      <Title order={2} size="h4">{t('people.invite')}</Title>
      <form className="invite-form" onSubmit={(event) => { event.preventDefault(); invite.mutate(); }}>
        <TextInput label={t('people.invite.email')} type="email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <NativeSelect label={t('people.role')} value={role} onChange={(event) => setRole(event.currentTarget.value)} data={roles.map((each) => ({ value: each, label: roleInWords(each) }))} />
        <Button type="submit" loading={invite.isPending}>{t('people.invite.make')}</Button>
      </form>
      {invite.isError && <ProblemNote error={invite.error} />}
      {invite.data !== undefined && (
        <div role="status">
          <p>{t('people.invite.link', { when: formatTime(invite.data.expiresAt) })}</p>
          <code className="command" data-testid="invitation-link">{invite.data.url}</code>
          <CopyButton value={invite.data.url}>{({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}>{t(copied ? 'people.invite.copied' : 'people.invite.copy')}</Button>}</CopyButton>
        </div>
      )}
    </Paper>
  );
}
