import { Alert, Button, Center, Group, Loader, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { sayError } from '../api-client/problem.ts';
import { messages } from '../messages/en.ts';

export function Loading() {
  return <Center mih={240}><Loader color="leaf" type="dots" aria-label={messages.loading} /></Center>;
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" variant="light" role="alert">
      <Group justify="space-between">
        <Text size="sm">{sayError(error)}</Text>
        {retry !== undefined && <Button size="xs" variant="default" onClick={retry}>{messages.problems.again}</Button>}
      </Group>
    </Alert>
  );
}

/** An empty place says what to do next. */
export function Empty({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Stack gap={4} py="sm">
      {title !== undefined && <Title order={2} size="h3">{title}</Title>}
      <Text c="dimmed" size="sm" component="div">{children}</Text>
    </Stack>
  );
}
