import { Badge, Button, Group, Table, Text } from '@mantine/core';
import type { ModelVersionReply } from '../../../contracts/models.ts';
import { messages } from '../messages/en.ts';
import { instant, number } from '../messages/numbers.ts';

const { columns, champion, challenger, promote } = messages.models;

export function VersionTable({ items, promote: ask }: { items: readonly ModelVersionReply[]; promote: (number: number) => void }) {
  return (
    <Table verticalSpacing="xs" miw={640}>
      <Table.Thead><Table.Tr><Table.Th>{columns.number}</Table.Th><Table.Th>{columns.kind}</Table.Th><Table.Th>{columns.data}</Table.Th><Table.Th>{columns.metrics}</Table.Th><Table.Th>{columns.made}</Table.Th><Table.Th>{columns.act}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.id} data-version={each.number}>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <Text span fw={650} size="sm">{each.number}</Text>
                {each.champion && <Badge tt="none" size="sm">{champion}</Badge>}
                {each.challenger && <Badge tt="none" size="sm" variant="light">{challenger}</Badge>}
              </Group>
            </Table.Td>
            <Table.Td>{each.kind}</Table.Td>
            <Table.Td>{each.datasetVersion ?? '—'}</Table.Td>
            <Table.Td><Metrics metrics={each.metrics} /></Table.Td>
            <Table.Td>{instant(each.createdAt)}</Table.Td>
            <Table.Td>{!each.champion && <Button size="compact-sm" variant="default" aria-label={messages.models.promoteTitle(each.number)} onClick={() => ask(each.number)}>{promote}</Button>}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Metrics({ metrics }: { metrics: Readonly<Record<string, number>> | null }) {
  if (metrics === null) return <>—</>;
  return <Text size="xs" c="dimmed" maw={320}>{Object.entries(metrics).slice(0, 4).map(([name, value]) => `${name} ${number(value, 3)}`).join(' · ')}</Text>;
}
