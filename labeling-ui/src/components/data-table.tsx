import { Paper, Skeleton, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../messages/index.ts';
import { ProblemNote } from './problem.tsx';

export interface Column<Row> { readonly head: string; readonly cell: (row: Row) => ReactNode; readonly figure?: boolean }

/** A table on wide screens, a card for each row on narrow ones. */
export function DataTable<Row>({ caption, columns, rows, rowKey, empty }: { caption: string; columns: readonly Column<Row>[]; rows: readonly Row[]; rowKey: (row: Row) => string; empty: string }) {
  if (rows.length === 0) return <Paper className="empty-note" withBorder>{empty}</Paper>;
  return (
    <Paper withBorder className="table-paper">
      <Table className="data-table" verticalSpacing="sm" horizontalSpacing="md">
        <Table.Caption className="visually-hidden">{caption}</Table.Caption>
        <Table.Thead><Table.Tr>{columns.map((column) => <Table.Th key={column.head} scope="col" data-figure={column.figure}>{column.head}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) => <Table.Td key={column.head} data-head={column.head} data-figure={column.figure}><div>{column.cell(row)}</div></Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

interface Asked<Data> { readonly data: Data | undefined; readonly error: unknown; readonly isPending: boolean; refetch(): unknown }

/** The answer, a placeholder of its size until it is there, or what went wrong. */
export function Answered<Data>({ query, children }: { query: Asked<Data>; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null && query.error !== undefined) return <ProblemNote error={query.error} again={() => { void query.refetch(); }} />;
  return <div role="status" aria-label={t('app.loading')}>{[0, 1, 2].map((row) => <Skeleton key={row} height={44} mb="xs" />)}</div>;
}
