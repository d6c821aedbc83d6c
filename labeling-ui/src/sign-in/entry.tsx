import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** The frame of the pages seen before signing in. */
export function Entry({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack className="card" w="100%" maw={400} gap="md">
        <img src="/favicon.svg" alt="" width={40} height={40} />
        <div><Title order={1} size="h2">{title}</Title><Text c="dimmed">{lead}</Text></div>
        {children}
      </Stack>
    </Center>
  );
}
