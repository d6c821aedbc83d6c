import { Badge, Table, Text } from '@mantine/core';
import type { GateReportReply } from '../../../contracts/models.ts';
import { messages } from '../messages/en.ts';
import { instant } from '../messages/numbers.ts';

const { columns, verdict, checks, moreLabels } = messages.models;
const colours = { pass: 'leaf', hold: 'red', cannot_tell: 'yellow' } as const;

export function GateTable({ items }: { items: readonly GateReportReply[] }) {
  return (
    <Table verticalSpacing="xs" miw={560}>
      <Table.Thead><Table.Tr><Table.Th>{columns.pair}</Table.Th><Table.Th>{columns.verdict}</Table.Th><Table.Th>{columns.sentence}</Table.Th><Table.Th>{columns.when}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.id}>
            <Table.Td>{each.challenger} ⟶ {each.champion}</Table.Td>
            <Table.Td><Verdict answer={each.verdict} /></Table.Td>
            <Table.Td>
              <Text size="sm">{each.sentence}</Text>
              <details>
                <summary><Text span size="xs" c="dimmed">{checks(each.checks.length)}</Text></summary>
                {each.checks.map((check) => (
                  <Text key={check.name} size="xs"><Verdict answer={check.answer} /> {check.name}: {check.sentence} {check.moreLabels !== null && moreLabels(check.moreLabels)}</Text>
                ))}
              </details>
            </Table.Td>
            <Table.Td>{instant(each.createdAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Verdict({ answer }: { answer: GateReportReply['verdict'] }) {
  return <Badge tt="none" size="sm" variant="light" color={colours[answer]}>{verdict[answer]}</Badge>;
}
