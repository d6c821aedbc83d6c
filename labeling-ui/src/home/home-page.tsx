import { SimpleGrid, Stack, Title } from '@mantine/core';
import type { MeReply } from '../../../contracts/projects.ts';
import { Empty } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';
import { ProjectCard } from './project-card.tsx';

export function HomePage({ me }: { me: MeReply }) {
  return (
    <Stack>
      <Title order={1} size="h2">{messages.home.title}</Title>
      {me.projects.length === 0 && <div className="card"><Empty>{messages.home.none}</Empty></div>}
      <SimpleGrid cols={{ base: 1, md: me.projects.length > 1 ? 2 : 1 }}>
        {me.projects.map(({ id, slug, name }) => <ProjectCard key={id} slug={slug} name={name} />)}
      </SimpleGrid>
    </Stack>
  );
}
