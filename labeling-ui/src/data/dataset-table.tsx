import { Table } from '@mantine/core';
import type { DatasetVersionReply } from '../../../contracts/datasets.ts';
import { messages } from '../messages/en.ts';
import { instant, number } from '../messages/numbers.ts';
import { sayCounts } from './round-table.tsx';

const { columns } = messages.data;

export function DatasetTable({ items }: { items: readonly DatasetVersionReply[] }) {
  return (
    <Table verticalSpacing="xs" miw={560}>
      <Table.Thead><Table.Tr><Table.Th>{columns.version}</Table.Th><Table.Th>{columns.images}</Table.Th><Table.Th>{columns.splits}</Table.Th><Table.Th>{columns.reason}</Table.Th><Table.Th>{columns.made}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.id}>
            <Table.Td fw={650} title={each.rootDigest}>{each.number}</Table.Td><Table.Td>{number(each.imageCount)}</Table.Td><Table.Td>{sayCounts(each.splitCounts)}</Table.Td>
            <Table.Td>{each.reason}</Table.Td><Table.Td>{instant(each.createdAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
