import { Button, Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api-client/endpoints.ts';
import { sayError } from '../api-client/problem.ts';
import { ListSection } from '../layout/section.tsx';
import { messages } from '../messages/en.ts';
import { DatasetTable } from './dataset-table.tsx';
import { RoundTable } from './round-table.tsx';
import { ScheduleTable } from './schedule-table.tsx';

const words = messages.data;

export function DataPage({ project }: { project: string }) {
  const queries = useQueryClient();
  const rounds = useQuery({ queryKey: ['data', project, 'rounds'], queryFn: () => api.rounds(project) });
  const datasets = useQuery({ queryKey: ['data', project, 'datasets'], queryFn: () => api.datasets(project) });
  const schedules = useQuery({ queryKey: ['data', project, 'schedules'], queryFn: () => api.schedules(project) });
  const refresh = async (): Promise<void> => {
    await Promise.all([queries.invalidateQueries({ queryKey: ['data', project] }), queries.invalidateQueries({ queryKey: ['project', project] })]);
  };
  const collect = useMutation({
    mutationFn: (key: string) => api.openRound(project, key),
    onSuccess: async ({ why }) => { notifications.show({ message: why }); await refresh(); },
    onError: (error) => { notifications.show({ color: 'red', message: sayError(error) }); },
  });
  return (
    <Stack>
      <Title order={1} size="h2">{words.title}</Title>
      <ListSection title={words.rounds} query={rounds} empty={words.noRounds} aside={<Button data-testid="collect-now" loading={collect.isPending} onClick={() => collect.mutate(crypto.randomUUID())}>{words.collect}</Button>}>
        {(items) => <RoundTable items={items} />}
      </ListSection>
      <ListSection title={words.datasets} query={datasets} empty={words.noDatasets}>{(items) => <DatasetTable items={items} />}</ListSection>
      <ListSection title={words.schedules} query={schedules} empty={words.noSchedules}>{(items) => <ScheduleTable project={project} items={items} refresh={refresh} />}</ListSection>
    </Stack>
  );
}
