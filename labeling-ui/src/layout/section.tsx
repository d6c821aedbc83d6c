import { Group, Stack, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Empty, Loading, Problem } from './notices.tsx';

interface ListSectionProps<T> {
  readonly title: string;
  readonly query: UseQueryResult<{ items: T[]; next: string | null }>;
  readonly empty: string;
  readonly aside?: ReactNode;
  readonly children: (items: T[]) => ReactNode;
}

/** A titled listing with its states: waiting, failed, empty, there. */
export function ListSection<T>({ title, query, empty, aside, children }: ListSectionProps<T>) {
  return (
    <Stack component="section" className="card" gap="sm" aria-label={title}>
      <Group justify="space-between"><Title order={2} size="h4">{title}</Title>{aside}</Group>
      {query.isPending && <Loading />}
      {query.isError && <Problem error={query.error} retry={() => { void query.refetch(); }} />}
      {query.data !== undefined && (query.data.items.length === 0 ? <Empty>{empty}</Empty> : <div className="scroll">{children(query.data.items)}</div>)}
    </Stack>
  );
}
