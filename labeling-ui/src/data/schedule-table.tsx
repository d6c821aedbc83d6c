import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { api } from '../api-client/endpoints.ts';
import { sayError } from '../api-client/problem.ts';
import { messages } from '../messages/en.ts';
import { instant } from '../messages/numbers.ts';

const words = messages.data;
interface Schedule { readonly name: string; readonly cron: string; readonly timeZone: string; readonly paused: boolean; readonly nextAt: string | null; readonly lastAt: string | null; readonly note: string | null }

export function ScheduleTable({ project, items, refresh }: { project: string; items: readonly Schedule[]; refresh: () => Promise<void> }) {
  const onError = (error: Error): void => { notifications.show({ color: 'red', message: sayError(error) }); };
  const pause = useMutation({ mutationFn: ({ name, paused }: Schedule) => api.editSchedule(project, name, !paused), onSuccess: refresh, onError });
  const run = useMutation({
    mutationFn: ({ name }: Schedule) => api.runSchedule(project, name, crypto.randomUUID()),
    onSuccess: async (_answer, { name }) => { notifications.show({ message: words.started(name) }); await refresh(); },
    onError,
  });
  const { columns } = words;
  return (
    <Table verticalSpacing="xs" miw={640}>
      <Table.Thead><Table.Tr><Table.Th>{columns.name}</Table.Th><Table.Th>{columns.when}</Table.Th><Table.Th>{columns.next}</Table.Th><Table.Th>{columns.last}</Table.Th><Table.Th>{columns.act}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.name}>
            <Table.Td>{each.name} {each.paused && <Badge tt="none" color="gray" variant="light">{words.paused}</Badge>}{each.note !== null && <Text size="xs" c="dimmed">{each.note}</Text>}</Table.Td>
            <Table.Td><code>{each.cron}</code> <Text span size="xs" c="dimmed">{each.timeZone}</Text></Table.Td>
            <Table.Td>{instant(each.nextAt)}</Table.Td><Table.Td>{instant(each.lastAt)}</Table.Td>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <Button size="compact-sm" variant="default" disabled={pause.isPending} onClick={() => pause.mutate(each)}>{each.paused ? words.resume : words.pause}</Button>
                <Button size="compact-sm" variant="default" disabled={run.isPending} onClick={() => run.mutate(each)}>{words.runNow}</Button>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
