import { Badge, Table } from '@mantine/core';
import type { RoundReply } from '../../../contracts/reviews.ts';
import { messages } from '../messages/en.ts';
import { instant, number } from '../messages/numbers.ts';

const { columns, open, closed } = messages.data;

export function RoundTable({ items }: { items: readonly RoundReply[] }) {
  return (
    <Table verticalSpacing="xs" miw={600}>
      <Table.Thead><Table.Tr><Table.Th>{columns.round}</Table.Th><Table.Th>{columns.state}</Table.Th><Table.Th>{columns.settled}</Table.Th><Table.Th>{columns.reason}</Table.Th><Table.Th>{columns.opened}</Table.Th><Table.Th>{columns.deadline}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.id}>
            <Table.Td fw={650}>{each.number}</Table.Td>
            <Table.Td><Badge tt="none" variant="light" color={each.state === 'open' ? 'leaf' : 'gray'} title={each.closedBecause ?? undefined}>{each.state === 'open' ? open : closed}</Badge></Table.Td>
            <Table.Td>{messages.review.progress(each.settled, each.itemCount)}</Table.Td>
            <Table.Td>{each.reason}</Table.Td><Table.Td>{instant(each.openedAt)}</Table.Td><Table.Td>{instant(each.deadlineAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** A record of counts in words, for example "train 80, test 20". */
export function sayCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).map(([name, count]) => `${messages.splits[name] ?? name} ${number(count)}`).join(', ');
}
