import { Table } from '@mantine/core';
import type { PromotionReply } from '../../../contracts/models.ts';
import { messages } from '../messages/en.ts';
import { instant } from '../messages/numbers.ts';

const { columns, kinds } = messages.models;

export function PromotionTable({ items }: { items: readonly PromotionReply[] }) {
  return (
    <Table verticalSpacing="xs" miw={560}>
      <Table.Thead><Table.Tr><Table.Th>{columns.from}</Table.Th><Table.Th>{columns.to}</Table.Th><Table.Th>{columns.kind}</Table.Th><Table.Th>{columns.reason}</Table.Th><Table.Th>{columns.by}</Table.Th><Table.Th>{columns.when}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.sequence}>
            <Table.Td>{each.from ?? '—'}</Table.Td><Table.Td>{each.to}</Table.Td><Table.Td>{kinds[each.kind]}</Table.Td>
            <Table.Td>{each.reason}</Table.Td><Table.Td>{each.decidedBy}</Table.Td><Table.Td>{instant(each.createdAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
