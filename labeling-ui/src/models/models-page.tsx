import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api-client/endpoints.ts';
import { ListSection } from '../layout/section.tsx';
import { messages } from '../messages/en.ts';
import { GateTable } from './gate-table.tsx';
import { PromotionTable } from './promotion-table.tsx';
import { type Asked, ReasonDialog } from './reason-dialog.tsx';
import { RetrainPanel } from './retrain-panel.tsx';
import { VersionTable } from './version-table.tsx';

const words = messages.models;

export function ModelsPage({ project }: { project: string }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const versions = useQuery({ queryKey: ['models', project, 'versions'], queryFn: () => api.modelVersions(project) });
  const reports = useQuery({ queryKey: ['models', project, 'reports'], queryFn: () => api.gateReports(project) });
  const promotions = useQuery({ queryKey: ['models', project, 'promotions'], queryFn: () => api.promotions(project) });
  const champion = versions.data?.items.find((each) => each.champion);
  return (
    <Stack>
      <Group justify="space-between" align="end">
        <div>
          <Title order={1} size="h2">{words.title}</Title>
          <Text c="dimmed">{messages.home.champion}: <Text span fw={650} c="bright" data-testid="champion">{champion === undefined ? messages.home.noChampion : messages.home.version(champion.number)}</Text></Text>
        </div>
        <Button variant="default" disabled={(promotions.data?.items.length ?? 0) < 2} onClick={() => setAsked({ what: 'roll-back' })}>{words.rollBack}</Button>
      </Group>
      <RetrainPanel project={project} />
      <ListSection title={words.versions} query={versions} empty={words.none}>{(items) => <VersionTable items={items} promote={(number) => setAsked({ what: 'promote', number })} />}</ListSection>
      <ListSection title={words.reports} query={reports} empty={words.noReports}>{(items) => <GateTable items={items} />}</ListSection>
      <ListSection title={words.promotions} query={promotions} empty={words.noPromotions}>{(items) => <PromotionTable items={items} />}</ListSection>
      {asked !== null && <ReasonDialog project={project} asked={asked} close={() => setAsked(null)} />}
    </Stack>
  );
}
